import { Auth0Provider } from '@auth0/auth0-react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiProvider } from './api.tsx'
import { App } from './app.tsx'
import { SETTINGS } from './settings.ts'

const root = document.querySelector('#root')
if (!root) throw new Error('index.html has no #root')

createRoot(root).render(
  <StrictMode>
    <Auth0Provider
      domain={SETTINGS.domain}
      clientId={SETTINGS.clientId}
      authorizeTimeoutInSeconds={10}
      authorizationParams={{ audience: SETTINGS.audience, redirect_uri: location.origin }}
    >
      <ApiProvider url={SETTINGS.api}>
        <App />
      </ApiProvider>
    </Auth0Provider>
  </StrictMode>,
)
