import { IncomingMessage, type ServerResponse } from 'node:http'

/**
 * Sends `100 Continue` when somebody begins to read the body, and not before (RFC 9110 §10.1.1): who refuses a
 * request without reading its body thereby says that none need be sent. Node then closes the connection after
 * the answer, because nobody can say whether the body follows.
 */
export function continueWhenRead(req: IncomingMessage, res: ServerResponse): void {
  let isRead = false
  req._read = (size) => {
    if (!isRead && !res.headersSent) res.writeContinue()
    isRead = true
    IncomingMessage.prototype._read.call(req, size)
  }
}
