// Builds the console into a few files with names that change with what is in them; nothing inline, nothing from outside.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700, // echarts, loaded by the pages that need it
  },
  server: { proxy: { "/api": { target: "https://127.0.0.1:8443", secure: false } } },
});
