import { hybrid } from '../../reports'

export const GET = () => Response.json(hybrid.document)
