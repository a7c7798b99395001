const env = import.meta.env as Readonly<Record<string, string | undefined>>

/** A blank value counts as absent. */
const setting = (name: string, byDefault: string) => {
  const value = env[name]?.trim()
  return value === undefined || value === '' ? byDefault : value
}

/** Which API the page calls and where it signs in. Without an `.env` file: what `npm run dev` starts. */
export const SETTINGS = {
  api: setting('VITE_API_URL', 'http://localhost:6060'),
  domain: setting('VITE_AUTH0_DOMAIN', 'http://localhost:6061'),
  clientId: setting('VITE_AUTH0_CLIENT_ID', 'messages-demo'),
  audience: setting('VITE_AUTH0_AUDIENCE', 'https://hello-world.example.com'),
}
