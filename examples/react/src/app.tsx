import { useAuth0 } from '@auth0/auth0-react'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from './api.tsx'
import { Message } from './message.tsx'

/*
 * A mutation looks like this, once the router has one (docs/add-a-feature.md adds `reports`):
 *
 *   const queryClient = useQueryClient()
 *   const add = useMutation(
 *     trpc.reports.add.mutationOptions({
 *       onSuccess: () => queryClient.invalidateQueries(trpc.reports.pathFilter()),
 *     }),
 *   )
 *   <button disabled={add.isPending} onClick={() => { add.mutate({ title: 'Q1' }) }}>Add</button>
 */
export function App() {
  const trpc = useTRPC()
  return (
    <>
      <Header />
      <main>
        <Message title="Public" query={useQuery(trpc.messages.public.queryOptions())} />
        <Message title="Protected" query={useQuery(trpc.messages.protected.queryOptions())} />
        <Message title="Admin" query={useQuery(trpc.messages.admin.queryOptions())} />
      </main>
    </>
  )
}

function Header() {
  const { error, user, loginWithRedirect, logout } = useAuth0()
  const signIn = () => void loginWithRedirect()
  const signOut = () => void logout({ logoutParams: { returnTo: location.origin } })
  return (
    <header>
      <h1>Messages</h1>
      {user && <span>{user.name}</span>}
      <button onClick={user ? signOut : signIn}>{user ? 'Sign out' : 'Sign in'}</button>
      {error && <p role="alert">The sign-in did not work. Try again.</p>}
    </header>
  )
}
