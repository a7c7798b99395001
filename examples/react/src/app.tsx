import { useAuth0 } from '@auth0/auth0-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTRPC } from './api.tsx'
import { explainSignIn } from './explain.ts'
import { Message } from './message.tsx'

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
  useEffect(() => {
    if (error) history.replaceState(undefined, '', location.pathname) // the issuer's answer: read once
  }, [error])
  const signIn = () => void loginWithRedirect()
  const signOut = () => void logout({ logoutParams: { returnTo: location.origin } })
  return (
    <header>
      <h1>Messages</h1>
      <div className="session">
        {user && <span>{user.name}</span>}
        <button onClick={user ? signOut : signIn}>{user ? 'Sign out' : 'Sign in'}</button>
      </div>
      {error && <p role="alert">{explainSignIn(error)}</p>}
    </header>
  )
}
