import { expect, it } from 'vitest'
import { agentToolsOf, describeHelpdesk, open } from './helpdesk.ts'

describeHelpdesk('the tools for agents', (desk) => {
  it('are those that the caller may use', async () => {
    const namesFor = async (person: 'user' | 'admin') =>
      (await (await agentToolsOf(desk, person)).listTools()).tools.map(({ name }) => name)
    const forUser = ['tickets_list', 'tickets_byId', 'tickets_open']
    expect(await namesFor('user')).toEqual(forUser)
    expect(await namesFor('admin')).toEqual([...forUser, 'tickets_resolve', 'tickets_remove'])
  })

  it('say what they do', async () => {
    const { tools } = await (await agentToolsOf(desk, 'admin')).listTools()
    const hints = tools.map(({ name, annotations }) => [name, annotations] as const)
    expect(Object.fromEntries(hints)).toMatchObject({
      tickets_list: { readOnlyHint: true },
      tickets_resolve: { readOnlyHint: false },
      tickets_remove: { destructiveHint: true },
    })
  })

  it('open, list, read, resolve and remove tickets', async () => {
    const user = await agentToolsOf(desk, 'user')
    const admin = await agentToolsOf(desk, 'admin')
    const opened = await user.callTool({
      name: 'tickets_open',
      arguments: { title: 'Lamp', text: 'It is dark.' },
    })
    const { id } = opened.structuredContent as { id: number }
    expect(
      await user.callTool({ name: 'tickets_list', arguments: { title: 'lamp' } }),
    ).toMatchObject({
      structuredContent: { items: [{ id, title: 'Lamp' }] },
    })
    const byId = { arguments: { id } }
    const done = { arguments: { id, text: 'Replaced' } }
    expect(await admin.callTool({ name: 'tickets_resolve', ...done })).toMatchObject({
      structuredContent: { status: 'closed' },
    })
    expect(await admin.callTool({ name: 'tickets_resolve', ...done })).toMatchObject({
      isError: true,
      content: [{ text: 'This ticket is closed' }],
    })
    expect(await user.callTool({ name: 'tickets_byId', ...byId })).toMatchObject({
      structuredContent: { comments: [{ text: 'Replaced' }] },
    })
    await admin.callTool({ name: 'tickets_remove', ...byId })
    expect(await user.callTool({ name: 'tickets_byId', ...byId })).toMatchObject({
      isError: true,
      content: [{ text: 'There is no such ticket' }],
    })
  })

  it('refuse what the caller may not do', async () => {
    const user = await agentToolsOf(desk, 'user')
    const byId = { arguments: { id: await open(desk, 'admin') } }
    expect(await user.callTool({ name: 'tickets_byId', ...byId })).toMatchObject({ isError: true })
    await expect(user.callTool({ name: 'tickets_remove', ...byId })).rejects.toThrow()
  })
})
