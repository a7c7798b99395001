// What the procedures with inputs do, the same in every server.

export const reportById = (id) => ({ id, title: 'The first quarter' })

export const addReport = (title) => ({ id: '43', title })

const STATUSES = ['open', 'closed', 'draft']
/** The most rows of a list and of an import. */
export const MAX_ROWS = 1_000

/** A row of eight fields, some 150 bytes long. */
export const rowOf = (at) => ({
  id: at + 1,
  title: `Report number ${at + 1}`,
  author: `Author ${at % 50}`,
  status: STATUSES[at % STATUSES.length],
  amount: at * 1.25,
  archived: at % 5 === 0,
  note: at % 3 === 0 ? null : 'Checked',
  createdAt: '2026-01-31T12:00:00Z',
})

const rows = Array.from({ length: MAX_ROWS }, (_, at) => rowOf(at))

export const listReports = (limit) => ({ total: MAX_ROWS, reports: rows.slice(0, limit) })

export const importReports = (reports) => ({ count: reports.length })
