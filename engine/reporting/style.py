"""The look of a report's page: light and dark by the reader's own choice, no script, nothing loaded."""

STYLE = """
:root { color-scheme: light dark; --ground: #f7f8f5; --card: #ffffff; --ink: #1d2420; --soft: #647069;
  --line: #e2e6df; --pine: #2f6b4f; --pine-soft: #dcebe2; --before: #b9c2bb; --bad: #a8442f; --heat: 47 107 79; }
@media (prefers-color-scheme: dark) { :root { --ground: #141816; --card: #1c221f; --ink: #e6ebe7; --soft: #94a199;
  --line: #2c3531; --pine: #7cc4a0; --pine-soft: #22382e; --before: #59645d; --bad: #e08a74; --heat: 124 196 160; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 48px 24px 72px; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 44px 0 12px; font-size: 18px; }
p, caption { color: var(--soft); }
.lead { margin: 6px 0 28px; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px; }
.tile b { display: block; font-size: 26px; font-weight: 650; line-height: 1.2; white-space: nowrap; }
.tile b { color: var(--pine); } .tile.worse b { color: var(--bad); }
.tile span { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { padding: 10px 14px 2px; text-align: left; font-size: 13px; }
th, td { padding: 8px 14px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
tr:last-child > * { border-bottom: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: 13px; }
th:first-child { text-align: left; }
tbody th { font-weight: 500; }
.change { color: var(--pine); font-weight: 600; }
.change.worse { color: var(--bad); }
.wide th, .wide td { padding: 8px 10px; font-size: 13.5px; }
.wide tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 13em; }
small { display: block; color: var(--soft); font-size: 12.5px; font-weight: 400; }
.badge { display: inline-block; padding: 1px 10px; border-radius: 99px; font-size: 13px; font-weight: 600;
  background: var(--pine-soft); color: var(--pine); }
.badge.bad { background: none; border: 1px solid var(--bad); color: var(--bad); }
.bars { display: block; width: 110px; }
.bars i { display: block; height: 6px; min-width: 1px; border-radius: 3px; background: var(--before); }
.bars i + i { margin-top: 3px; background: var(--pine); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(360px, 1fr)); gap: 16px; }
.matrix td, .matrix th { padding: 5px 6px; text-align: center; font-size: 13px; border: 0; }
pre { margin: 0; padding: 16px 18px; overflow-x: auto; font: 13px/1.6 ui-monospace, "DejaVu Sans Mono", monospace; }
code { font: 13px ui-monospace, "DejaVu Sans Mono", monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0; padding: 16px 18px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
@media print { body { background: none; } .scroll, .tile { break-inside: avoid; } }
"""
