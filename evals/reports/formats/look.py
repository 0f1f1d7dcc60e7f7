"""How a page looks: light and dark by the reader's own setting, and on paper."""

CSS = """
:root{color-scheme:light dark;--ink:#1b1b1f;--soft:#5c5f66;--paper:#fff;--line:#d9dce1;
--tint:#f4f5f7;--mark:#2458d3;--bar:#9db7f0;--good:#1a7f4b;--poor:#b3322b}
@media (prefers-color-scheme:dark){:root{--ink:#e8e9ec;--soft:#a0a4ac;--paper:#141518;
--line:#34373d;--tint:#1d1f23;--mark:#8fb0ff;--bar:#3f5ea8;--good:#5cc98c;--poor:#ff8f86}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1.25rem 4rem;max-width:76rem;background:var(--paper);
color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:.2em 0 .6em;line-height:1.25}
h2{font-size:1.2rem;margin:2.2em 0 .5em;line-height:1.3}
a{color:var(--mark)}
:focus-visible{outline:3px solid var(--mark);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-100vw}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.4rem .7rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;padding:0;margin:1rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem;margin:0;
padding:.8rem 1rem;background:var(--tint);border-radius:8px;font-size:.92rem}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
.note{color:var(--soft);max-width:48rem;margin:.5rem 0;font-size:.92rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.95rem}
th,td{padding:.32rem .8rem;text-align:right;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{vertical-align:bottom;color:var(--soft);font-weight:600;font-size:.86rem}
th:first-child,.why{text-align:left}
tbody th{font-weight:400;min-width:9rem;max-width:22rem}
td.why{color:var(--poor);font-size:.86rem}
.scale,.range{display:block;color:var(--soft);font-size:.78rem;font-weight:400;white-space:nowrap}
.total th,.total td{font-weight:650;border-top:1px solid var(--soft)}
.total .range{font-weight:400}
.group th{font-weight:600}
.published th,.published td{font-style:italic;background:var(--tint)}
.tag{font-style:normal;font-size:.72rem;border:1px solid var(--soft);color:var(--soft);
border-radius:9px;padding:0 .45em;margin-left:.4em;white-space:nowrap}
.cases{display:grid;grid-template-columns:repeat(auto-fill,minmax(23rem,1fr));gap:1rem;
padding:0;list-style:none}
@media (max-width:26rem){.cases{grid-template-columns:1fr}dl{grid-template-columns:1fr}}
.cases li{border:1px solid var(--line);border-radius:8px;padding:.8rem;min-width:0}
.cases h3{font-size:.95rem;margin:0;overflow-wrap:anywhere}
.category{color:var(--soft);font-size:.84rem}
.cases p{margin:.35rem 0;font-size:.9rem;overflow-wrap:anywhere}
.remark{font-variant-numeric:tabular-nums;font-weight:600}
.pictures{display:flex;gap:.5rem;flex-wrap:wrap}
figure{margin:0;flex:1 1 6.5rem;min-width:0;max-width:13rem}
figure img,.gone{display:block;width:100%;aspect-ratio:1;object-fit:contain;
background:var(--tint);border-radius:4px}
.gone{display:flex;align-items:center;justify-content:center;color:var(--soft);font-size:.78rem;
padding:.5rem;text-align:center}
figcaption{font-size:.78rem;color:var(--soft)}
@media print{body{max-width:none;padding:0}nav,.skip{display:none}.cases li{break-inside:avoid}}
"""
