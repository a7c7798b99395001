/** JSON-RPC's codes, and one for what HTTP says better. */
export const RPC_CODES = { parse: -32700, params: -32602, refused: -32000 } as const

/** An error that the SDK tells as it is. */
export const rpcError = (code: number, message: string) =>
  Object.assign(new Error(message), { code })
