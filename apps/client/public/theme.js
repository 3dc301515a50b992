// Runs before the first paint; the key and its values are those of src/settings/theme.ts.
try {
  const theme = localStorage.getItem('telltale.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme is right.
}
