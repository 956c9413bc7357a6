/** The page's style sheet: readable at any width, on light and on dark ground, and on paper. */
export const pageStyle = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --card: #f6f8fa;
  --good: #1a7f37; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #30363d;
  --card: #161b22; --good: #3fb950; --bad: #ff7b72; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1rem 4rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; line-height: 1.2; }
h2 { margin: 3rem 0 0; }
p { margin: 0.5rem 0 1rem; max-width: 48rem; }
header p, footer, section > p, caption, summary { color: var(--soft); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 0.75rem; margin: 1.5rem 0 0; }
dl div { padding: 0.625rem 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--card); }
dt { color: var(--soft); font-size: 0.875rem; }
dd { margin: 0; font-size: 1.375rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.verdict { max-width: none; padding: 0.75rem 1rem; border: 1px solid; border-radius: 0.5rem; font-weight: 600; }
.proven { color: var(--good); }
.refuted, .over { color: var(--bad); }
.over { font-weight: 600; white-space: nowrap; }
.scroll { margin: 0 0 0.5rem; overflow-x: auto; }
svg { display: block; width: 100%; min-width: 40rem; height: auto; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
caption { padding: 0.25rem 0; text-align: left; }
th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; font-weight: 400; }
thead th { font-weight: 600; }
pre { overflow-x: auto; padding: 0.75rem 1rem; border-radius: 0.5rem; background: var(--card); }
summary { cursor: pointer; }
footer { margin-top: 4rem; border-top: 1px solid var(--line); padding-top: 1rem; font-size: 0.875rem; }
`;
