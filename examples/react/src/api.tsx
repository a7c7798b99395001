import { useAuth0 } from '@auth0/auth0-react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import { useState, type ReactNode } from 'react'
import { createMessagesClient, isMessagesError, type AppRouter } from '../../../src/client.ts'

const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>()

export { useTRPC }

interface Props {
  readonly url: string
  readonly children: ReactNode
}

/** Gives the API to what is inside, once it is known who calls. Each person gets a cache of their own. */
export function ApiProvider({ url, children }: Props) {
  const { isLoading, user } = useAuth0()
  if (isLoading) return <p role="status">Loading …</p>
  return (
    <Clients key={user?.sub ?? ''} url={url}>
      {children}
    </Clients>
  )
}

function Clients({ url, children }: Props) {
  const { isAuthenticated, getAccessTokenSilently } = useAuth0()
  const [trpcClient] = useState(() =>
    createMessagesClient({
      url,
      getAccessToken: ({ refresh }) =>
        isAuthenticated ? getAccessTokenSilently({ cacheMode: refresh ? 'off' : 'on' }) : undefined,
    }),
  )
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: { queries: { retry } } }))
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}

/** Once more where no answer came. What the API answered, it would answer again. */
const retry = (failures: number, error: Error) => failures < 1 && !isMessagesError(error)
