import { defineConfig } from 'vite';
import { lean } from './lean';
import { licenses } from './licenses';

// The page is compiled into the daemon, under a policy that forbids inline scripts and foreign origins: so nothing is
// inlined and nothing preloaded by script. Names under assets/ carry a hash: browsers may keep those files for ever.
export default defineConfig({
  base: '/',
  plugins: [lean(), licenses()],
  build: {
    target: 'es2022',
    minify: 'terser', // 2 KB less on the wire than the default
    terserOptions: { module: true, compress: { passes: 3, unsafe_arrows: true, ecma: 2020, keep_fargs: false, pure_getters: true }, format: { comments: false } },
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        entryFileNames: 'assets/app-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/app-[hash][extname]',
      },
    },
  },
  esbuild: { jsx: 'transform', jsxFactory: 'makeNode', jsxFragment: 'NodeGroup', jsxInject: "import { h as makeNode, Fragment as NodeGroup } from 'preact'", legalComments: 'none' },
  server: {
    // `npm run dev` in front of a running weir. The daemon checks Host and Origin, so both are rewritten to its own.
    proxy: {
      '/api': {
        target: process.env['WEIR_URL'] ?? 'http://127.0.0.1:7420',
        ws: true,
        changeOrigin: true,
        headers: { origin: process.env['WEIR_URL'] ?? 'http://127.0.0.1:7420' },
      },
    },
  },
});
