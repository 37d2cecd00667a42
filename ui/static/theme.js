// Runs before the first paint, so that a dark desk never flashes white. ModeWatcher takes over afterwards.
try {
  const chosen = localStorage.getItem('mode-watcher-mode') ?? 'system'
  const dark =
    chosen === 'dark' || (chosen === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light'
} catch {
  // Storage is closed to us: the style sheet's light theme stands.
}
