// Our handler for fetch, alone.
export { handle as default } from './guarded-hybrid.js'
