import { LRUCache } from 'lru-cache'
import type { AdapterFactory, AdapterPayload } from 'oidc-provider'

const MAX_ENTRIES = 2_000

/** The models that are deleted with their grant. */
const GRANTED = ['AccessToken', 'AuthorizationCode', 'RefreshToken']

/** Everything that the issuer remembers, by model and id: sessions, grants, codes, tokens. */
export type Store = LRUCache<string, AdapterPayload>

export const createStore = (): Store => new LRUCache({ max: MAX_ENTRIES })

/** Keeps oidc-provider's models in one store. @param onChange is told of every change */
export function storeIn(store: Store, onChange: () => void): AdapterFactory {
  const entriesOf = (models: readonly string[]) =>
    [...store.entries()].filter(([key]) => models.some((model) => key.startsWith(`${model}:`)))
  const remove = (keys: readonly string[]) => {
    for (const key of keys) store.delete(key)
    onChange()
    return Promise.resolve()
  }

  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`
    const findBy = (property: 'uid' | 'userCode', value: string) => {
      const found = entriesOf([model]).find(([, payload]) => payload[property] === value)
      return Promise.resolve(found?.[1])
    }
    return {
      find: (id) => Promise.resolve(store.get(keyOf(id))),
      findByUid: (uid) => findBy('uid', uid),
      findByUserCode: (userCode) => findBy('userCode', userCode),
      upsert(id, payload, expiresInSeconds) {
        store.set(keyOf(id), payload, { ttl: (expiresInSeconds ?? 0) * 1000 }) // 0: for good
        onChange()
        return Promise.resolve()
      },
      consume(id) {
        const payload = store.get(keyOf(id))
        if (payload) payload['consumed'] = Math.floor(Date.now() / 1000)
        onChange()
        return Promise.resolve()
      },
      destroy: (id) => remove([keyOf(id)]),
      revokeByGrantId(grantId) {
        const granted = entriesOf(GRANTED).filter(([, payload]) => payload.grantId === grantId)
        return remove(granted.map(([key]) => key))
      },
    }
  }
}
