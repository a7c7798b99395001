import { useAuth0 } from '@auth0/auth0-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { explain, mayPass, WAITING } from './explain.ts'

interface Props {
  readonly title: string
  readonly query: UseQueryResult<{ message: string }, unknown>
}

export function Message({ title, query }: Props) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <div aria-live="polite">
        <Answer query={query} />
      </div>
    </section>
  )
}

function Answer({ query }: Pick<Props, 'query'>) {
  const { isAuthenticated } = useAuth0()
  if (query.isFetching && query.failureCount > 0) return <p>{WAITING}</p>
  if (query.isPending) return <p>Asking …</p>
  if (query.isSuccess) return <p>{query.data.message}</p>
  return (
    <>
      <p>{explain(query.error, isAuthenticated)}</p>
      {mayPass(query.error) && (
        <button disabled={query.isFetching} onClick={() => void query.refetch()}>
          Try again
        </button>
      )}
    </>
  )
}
