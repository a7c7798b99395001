import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: folder('.'),
  server: {
    // The origin that the API lets in by default; another port would be a stranger to it.
    port: 4040,
    strictPort: true,
    // What the page is made of, and no more of the app: its .env files stay unread.
    fs: { allow: [folder('.'), folder('../node_modules')] },
  },
  // Prepared at start. Found later, each would make the page reload in the middle of a sign-in.
  optimizeDeps: {
    include: [
      '@auth0/auth0-react',
      '@tanstack/react-query',
      '@trpc/client',
      '@trpc/tanstack-react-query',
      '@trpc-hybrid/client',
      'react',
      'react-dom/client',
      'react/jsx-dev-runtime',
    ],
  },
})
