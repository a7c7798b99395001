import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type StartedApi } from './start-api.ts'

let api: StartedApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

it('becomes ready', async () => {
  await expect.poll(async () => (await request(api.url).get('/readyz')).status).toBe(200)
})

it('describes itself', async () => {
  const answer = await request(api.url).get('/api/openapi.json')
  expect(answer).toMatchObject({ status: 200, body: { openapi: '3.1.0' } })
})

it('says which issuer its tokens come from', async () => {
  const answer = await request(api.url).get('/.well-known/oauth-protected-resource')
  expect(answer.body).toMatchObject({ resource: api.url, bearer_methods_supported: ['header'] })
})

it('answers an unknown path with 404', async () => {
  const answer = await request(api.url).get('/api/nowhere')
  expect(answer).toMatchObject({ status: 404, text: '{"message":"Not Found"}' })
})
