import { register } from 'node:module'

/** Loaded into a server process: the official SDK of the Model Context Protocol is not installed there. */
const hooks = `
  export async function resolve(specifier, context, next) {
    if (!specifier.startsWith('@modelcontextprotocol/')) return next(specifier, context)
    const error = new Error("Cannot find package '" + specifier + "' imported from here")
    throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' })
  }`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
