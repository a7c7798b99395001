import { defineApi } from '@trpc-hybrid/server'
import { z } from 'zod'
import { securitySchemes } from './alarms.router.ts'
import { connectDatabase } from './database/database.ts'
import { addMailHook } from './mail.ts'
import { createRouter } from './router.ts'

const settings = {
  /** Of PostgreSQL. Without it, one runs inside of the process. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Where that one keeps its data. Without it, in memory. */
  DATABASE_FOLDER: z.string().optional(),
  /** What mails are signed with. Without it, none are taken. */
  WEBHOOK_SECRET: z.string().min(32).optional(),
}

/** @param connect for a test that needs the database too */
export const createApi = (connect = connectDatabase) =>
  defineApi({
    title: 'Help desk',
    summary: 'Tickets of people, machines and mails.',
    version: '2.0.0',
    settings,
    securitySchemes,
    async create({ DATABASE_URL: url, DATABASE_FOLDER: folder, WEBHOOK_SECRET: secret }) {
      const { db, changes, ready, close } = await connect({ url, folder })
      return {
        router: createRouter({ db, changes }),
        resources: [{ name: 'database', ready, close }],
        routes(app) {
          if (secret !== undefined) addMailHook(app, { db, secret })
        },
      }
    },
  })
