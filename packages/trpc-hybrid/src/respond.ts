import { discardAnswer, JSON_TYPE, type Answer } from './answer.ts'
import type { HybridRequest } from './request.ts'
import type { Route } from './route.ts'

/** What `createContext` throws is answered like a procedure's error. */
export async function serveIn(
  createContext: () => unknown,
  { route, request }: { readonly route: Route; readonly request: HybridRequest },
): Promise<Answer> {
  let ctx: object
  try {
    ctx = (await createContext()) as object
  } catch (error) {
    return route.refuse(error, request)
  }
  return route.serve(request, ctx)
}

/** What one request is answered by. */
export interface Responder<Sent> {
  readonly answer: () => Answer | Promise<Answer>
  /** The answer to what `answer` or `send` has thrown. */
  readonly refuse: (error: unknown) => Answer
  /** Throws for an answer that its host can't send, such as one with a line break in a header. */
  readonly send: (answer: Answer) => Sent
}

/** Never rejects: nobody may be there to hear of it, and then it would end the process. */
export async function respond<Sent>({ answer, refuse, send }: Responder<Sent>): Promise<Sent> {
  let made: Answer | undefined
  try {
    made = await answer()
    return send(made)
  } catch (error) {
    if (made) discardAnswer(made)
    try {
      return send(refuse(error))
    } catch {
      return send(BUG) // in what the app does with errors
    }
  }
}

const BUG: Answer = {
  status: 500,
  headers: [['content-type', JSON_TYPE]],
  body: '{"message":"Internal Server Error"}',
}
