const env = import.meta.env as Readonly<Record<string, string | undefined>>

/** Which API the page calls and where it signs in. Without an `.env` file: what `npm run dev` starts. */
export const SETTINGS = {
  api: env['VITE_API_URL'] ?? 'http://localhost:6060',
  domain: env['VITE_AUTH0_DOMAIN'] ?? 'http://localhost:6061',
  clientId: env['VITE_AUTH0_CLIENT_ID'] ?? 'messages-demo',
  audience: env['VITE_AUTH0_AUDIENCE'] ?? 'https://hello-world.example.com',
}
