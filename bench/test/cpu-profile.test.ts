import { expect, it } from 'vitest'
import { renderSelfTimes, selfTimes } from '../cpu-profile.ts'

const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 9 })

it('adds up self time by file and function, and leaves idle time out', () => {
  const times = selfTimes({
    nodes: [
      { id: 1, callFrame: frame('(idle)', '') },
      { id: 2, callFrame: frame('(garbage collector)', '') },
      { id: 3, callFrame: frame('handle', 'file:///srv/app/dist/http/rest.js') },
      { id: 4, callFrame: frame('', 'file:///srv/app/dist/http/rest.js') },
      { id: 5, callFrame: frame('next', '/srv/app/node_modules/router/index.js') },
    ],
    samples: [1, 2, 3, 4, 3, 5],
    timeDeltas: [999, 10, 30, 10, 20, 30],
  })
  expect(renderSelfTimes(times, { files: 2, functions: 1 }).split('\n')).toEqual([
    '  60.0 %  dist/http/rest.js',
    '            50.0 %  handle:10',
    '  30.0 %  router/index.js',
    '            30.0 %  next:10',
  ])
})
