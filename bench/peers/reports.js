// What the procedures with inputs do, the same in every server.

export const reportById = (id) => ({ id, title: 'The first quarter' })

export const addReport = (title) => ({ id: '43', title })
