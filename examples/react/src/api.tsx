import { useAuth0 } from '@auth0/auth0-react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import { useState, type ReactNode } from 'react'
import { createHybridClient } from '@trpc-hybrid/client'
import type { AppRouter } from '../../../src/router.ts'
import { isAway } from './explain.ts'
import { hasEnded, NoTokenError } from './session.ts'

const RETRIES = 20
const RETRY_DELAY_MS = 500

const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>()

export { useTRPC }

interface Props {
  readonly url: string
  readonly children: ReactNode
}

/** Gives the API to what is inside, once it is known who calls. Each person gets a cache of their own. */
export function ApiProvider({ url, children }: Props) {
  const { isLoading, user } = useAuth0()
  const [ended, setEnded] = useState(false)
  if (isLoading) return <p role="status">Loading …</p>
  return (
    <>
      {ended && <p role="alert">Your session has ended. Sign in again.</p>}
      <Clients
        key={user?.sub ?? ''}
        url={url}
        onEnd={() => {
          setEnded(true)
        }}
      >
        {children}
      </Clients>
    </>
  )
}

function Clients({ url, onEnd, children }: Props & { readonly onEnd: () => void }) {
  const { isAuthenticated, getAccessTokenSilently, logout } = useAuth0()
  const [trpcClient] = useState(() =>
    createHybridClient<AppRouter>({
      url,
      async getAccessToken({ refresh }) {
        if (!isAuthenticated) return undefined
        try {
          return await getAccessTokenSilently({ cacheMode: refresh ? 'off' : 'on' })
        } catch (error) {
          if (hasEnded(error)) {
            onEnd()
            await logout({ openUrl: false })
          }
          throw new NoTokenError(error)
        }
      },
    }),
  )
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry, retryDelay: RETRY_DELAY_MS } } }),
  )
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}

/** Longer than a server takes to start again after a save. What the API answered, it would answer again. */
const retry = (failures: number, error: Error) => failures < RETRIES && isAway(error)
