/** The schemas of the procedures with inputs, for the servers that check by zod. @param z the server's own zod */
export function createReportSchemas(z) {
  const Row = z.object({
    id: z.int(),
    title: z.string().min(1).max(200),
    author: z.string().min(1).max(200),
    status: z.enum(['open', 'closed', 'draft']),
    amount: z.number(),
    archived: z.boolean(),
    note: z.string().nullable(),
    createdAt: z.string(),
  })
  return {
    Id: z.object({ id: z.string().regex(/^\d+$/) }),
    NewReport: z.object({ title: z.string().min(1).max(200) }),
    Report: z.object({ id: z.string(), title: z.string() }),
    Page: z.object({ limit: z.coerce.number().int().min(1).max(1_000) }),
    List: z.object({ total: z.int(), reports: z.array(Row) }),
    Import: z.object({ reports: z.array(Row).max(1_000) }),
    Imported: z.object({ count: z.int() }),
  }
}
