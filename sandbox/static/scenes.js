/** 示例场景 — four workplace pictures, drawn: a blocked exit, a bare wire, an extinguisher, a gas hose. */

const box = (x, y, w, d, tilt = 0) => `<g transform="translate(${x} ${y}) rotate(${tilt})">
  <rect width="${w}" height="${d}" rx="4" fill="url(#card)"/><rect x="${w * 0.42}" width="${w * 0.16}" height="${d}" fill="#d9bd8b" opacity=".8"/>
  <path d="M0 ${d * 0.12}H${w}" stroke="#7d5a2e" stroke-width="2" opacity=".5"/><path d="M${w * 0.7} ${d * 0.7}h${w * 0.18}M${w * 0.7} ${d * 0.78}h${w * 0.12}" stroke="#6b4a22" stroke-width="4" opacity=".6"/>
  <rect width="${w}" height="${d}" rx="4" fill="url(#side)"/></g>`;

const EXIT = `
  <linearGradient id="card" x2="0" y2="1"><stop stop-color="#c99a5f"/><stop offset="1" stop-color="#9c7040"/></linearGradient>
  <linearGradient id="side"><stop offset=".6" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".35"/></linearGradient>
  <linearGradient id="wall" x2="0" y2="1"><stop stop-color="#c9c7bb"/><stop offset="1" stop-color="#a5a396"/></linearGradient>
  <rect width="960" height="720" fill="url(#wall)"/><rect y="420" width="960" height="120" fill="#7d9488"/><path d="M0 540H960V720H0z" fill="#77726a"/>
  <path d="M0 600H960M0 668H960M180 540 90 720M400 540 380 720M620 540 680 720M820 540 930 720" stroke="#5e5a53" stroke-width="3"/>
  <rect x="318" y="150" width="330" height="400" fill="#6d7478"/><rect x="332" y="164" width="148" height="386" fill="#8f9aa0"/><rect x="486" y="164" width="148" height="386" fill="#88949a"/>
  <rect x="350" y="330" width="112" height="16" rx="8" fill="#c23b2e"/><rect x="504" y="330" width="112" height="16" rx="8" fill="#c23b2e"/>
  <rect x="382" y="70" width="204" height="62" rx="6" fill="#0d7a49"/><rect x="382" y="70" width="204" height="62" rx="6" fill="none" stroke="#dff5e7" stroke-width="3"/>
  <text x="484" y="112" font-size="36" fill="#eafff2" text-anchor="middle" font-weight="700" letter-spacing="5">安全出口</text>
  <ellipse cx="500" cy="620" rx="330" ry="46" fill="#000" opacity=".35"/>
  ${box(262, 430, 190, 180)}${box(448, 400, 210, 214, 1)}${box(300, 272, 170, 162, -3)}${box(478, 250, 160, 152, 4)}${box(640, 486, 150, 136)}${box(180, 520, 120, 112, -2)}
  <path d="M700 486c10-60 40-150 60-220" stroke="#b58a3d" stroke-width="12" stroke-linecap="round"/><path d="m740 270 52 8-18-92z" fill="#c7a349"/>`;

const WIRE = `
  <linearGradient id="wall" x2="1" y2="1"><stop stop-color="#e2ddd0"/><stop offset="1" stop-color="#b3ac9c"/></linearGradient>
  <linearGradient id="cu" x2="0" y2="1"><stop stop-color="#ffd9a8"/><stop offset=".5" stop-color="#c8702c"/><stop offset="1" stop-color="#7c3c12"/></linearGradient>
  <rect width="960" height="720" fill="url(#wall)"/><path d="M0 560c200-30 300 20 480 0s330-10 480 0v160H0z" fill="#8f887b" opacity=".7"/>
  <path d="M80 90c60 30 30 80 80 130M860 60c-20 60 20 120-10 190" stroke="#aaa292" stroke-width="3" fill="none"/>
  <rect x="610" y="150" width="210" height="250" rx="16" fill="#f4f1e8"/><rect x="610" y="150" width="210" height="250" rx="16" fill="none" stroke="#bdb6a6" stroke-width="5"/>
  <path d="M690 222l-20 34M742 222l20 34M716 284v38" stroke="#3d3a34" stroke-width="14" stroke-linecap="round"/><path d="M650 372c20-24 60-40 110-26l-12 46-96 4z" fill="#5b4a36" opacity=".55"/>
  <path d="M0 470c170-30 230 70 360 30" stroke="#22211f" stroke-width="40" fill="none" stroke-linecap="round"/><path d="M0 462c170-30 230 70 356 28" stroke="#54514c" stroke-width="8" fill="none"/>
  <path d="M596 452c70-30 70-120 110-150" stroke="#22211f" stroke-width="40" fill="none" stroke-linecap="round"/><path d="M600 440c60-30 62-110 98-138" stroke="#54514c" stroke-width="8" fill="none"/>
  <path d="M356 498c80-24 150 0 244-46" stroke="#a6372b" stroke-width="15" fill="none"/><path d="M356 512c90 20 170-30 244-52" stroke="#2d5f9e" stroke-width="15" fill="none"/>
  <path d="M420 488c50-10 80-4 120-16" stroke="url(#cu)" stroke-width="17" fill="none"/><path d="M430 482l24 10M452 478l24 10M474 476l26 8M500 470l24 10" stroke="#7c3c12" stroke-width="2"/>
  <path d="M452 520c40 4 60-14 90-28" stroke="url(#cu)" stroke-width="17" fill="none"/><path d="M540 462l40-50M548 470l52-30M544 482l34-10" stroke="url(#cu)" stroke-width="5" stroke-linecap="round"/>
  <path d="M560 590c60-14 150-8 210 8" stroke="#d9d3c3" stroke-width="26" opacity=".6" fill="none"/>`;

const EXTINGUISHER = `
  <linearGradient id="wall" x2="0" y2="1"><stop stop-color="#dfe3e0"/><stop offset="1" stop-color="#b6bdb9"/></linearGradient>
  <linearGradient id="red"><stop stop-color="#8d120f"/><stop offset=".28" stop-color="#e2453b"/><stop offset=".42" stop-color="#f59a8f"/><stop offset=".58" stop-color="#cf2a22"/><stop offset="1" stop-color="#6e0b0a"/></linearGradient>
  <rect width="960" height="720" fill="url(#wall)"/><path d="M0 590H960V720H0z" fill="#6f756f"/><path d="M0 590H960" stroke="#4d534e" stroke-width="10"/><path d="M0 0H250V590H0z" fill="#000" opacity=".06"/>
  <rect x="640" y="120" width="200" height="150" rx="8" fill="#c22e26"/><text x="740" y="180" font-size="44" fill="#fff" text-anchor="middle" font-weight="700">灭火器</text><text x="740" y="234" font-size="26" fill="#ffe9e6" text-anchor="middle">每月检查一次</text>
  <ellipse cx="440" cy="640" rx="190" ry="26" fill="#000" opacity=".4"/>
  <path d="M322 300c0-60 50-90 118-90s118 30 118 90v300c0 26-20 38-46 38H368c-26 0-46-12-46-38z" fill="url(#red)"/><rect x="400" y="150" width="80" height="66" rx="10" fill="#3b3e40"/>
  <path d="M396 150h150l40-34M396 138 560 92" stroke="#202224" stroke-width="20" stroke-linecap="round" fill="none"/><path d="M410 178c-130 10-150 160-130 330" stroke="#1d1e20" stroke-width="24" fill="none"/><path d="m268 500 24-4 22 84-66 8z" fill="#1d1e20"/>
  <circle cx="440" cy="186" r="34" fill="#f6f4ee" stroke="#222" stroke-width="5"/><path d="M416 196a26 26 0 0 1 6-26" stroke="#c62b20" stroke-width="9" fill="none"/><path d="M426 166a26 26 0 0 1 28 0" stroke="#2f9a4b" stroke-width="9" fill="none"/><path d="M458 170a26 26 0 0 1 6 26" stroke="#d9a41f" stroke-width="9" fill="none"/><path d="M440 188 420 190" stroke="#111" stroke-width="4"/>
  <rect x="352" y="350" width="176" height="180" rx="6" fill="#f7f3e8"/><text x="440" y="392" font-size="28" text-anchor="middle" fill="#a4231b" font-weight="700">干粉 4 kg</text><path d="M372 416h136M372 444h136M372 472h96M372 500h116" stroke="#8b8779" stroke-width="7"/>
  <path d="M520 210c30 30 60 30 66 66" stroke="#b9b08f" stroke-width="4" fill="none"/><rect x="556" y="272" width="64" height="92" rx="4" fill="#efe6c6" transform="rotate(8 586 300)"/><path d="M568 300h42M566 318h40M564 336h30" stroke="#9a8f68" stroke-width="5" transform="rotate(8 586 300)"/>
  <path d="M324 560c70 16 160 16 232 0v30c-60 16-170 16-232 0z" fill="#4a2a1c" opacity=".45"/>`;

const HOSE = `
  <linearGradient id="tile" x2="0" y2="1"><stop stop-color="#d7dbd6"/><stop offset="1" stop-color="#a8aea8"/></linearGradient>
  <linearGradient id="tank"><stop stop-color="#52616b"/><stop offset=".35" stop-color="#b9c6cd"/><stop offset=".7" stop-color="#73828b"/><stop offset="1" stop-color="#35414a"/></linearGradient>
  <rect width="960" height="720" fill="url(#tile)"/><path d="M0 120H960M0 240H960M0 360H960M160 0V480M320 0V480M480 0V480M640 0V480M800 0V480" stroke="#8e958f" stroke-width="3" opacity=".6"/>
  <path d="M430 250H960V300H430z" fill="#4a4f52"/><path d="M440 300H960V620H440z" fill="#7b8388"/><path d="M470 330h210v250H470zM710 330h220v250H710z" fill="#868f94" stroke="#626a6e" stroke-width="5"/>
  <path d="M520 250v-26h170v26zM760 250v-26h160v26z" fill="#2a2c2e"/><path d="M560 222h90M800 222h80" stroke="#15161a" stroke-width="14"/><path d="M575 214c6-26 14-16 16-34 12 14 16 18 20 34" fill="#5aa7e8" opacity=".85"/>
  <path d="M0 620H960V720H0z" fill="#5f5b54"/><ellipse cx="200" cy="650" rx="170" ry="26" fill="#000" opacity=".4"/>
  <path d="M70 400c0-50 50-74 130-74s130 24 130 74v220c0 20-14 34-40 34H110c-26 0-40-14-40-34z" fill="url(#tank)"/><rect x="160" y="276" width="80" height="56" rx="10" fill="#8a6a2b"/><circle cx="200" cy="262" r="26" fill="#b33126"/><text x="200" y="512" font-size="44" text-anchor="middle" fill="#f1f4f5" font-weight="700">液化气</text>
  <path d="M238 300c110-20 70 210 170 214s60-150 92-196" stroke="#c97a2c" stroke-width="36" fill="none"/><path d="M240 292c104-16 74 206 168 210" stroke="#f1b26d" stroke-width="8" fill="none" opacity=".7"/>
  <path d="M326 386l10 4 6-7 9 3M334 408l12 2 5-8 12 4M345 432l11 1 7-9 11 3M356 454l12-1 8-10 12 2M372 476l10-4 6-10 12-1" stroke="#3d2008" stroke-width="4" fill="none" stroke-linejoin="bevel"/><path d="M352 424c8 4 18 20 26 40l-8 4c-10-12-18-28-18-44z" fill="#1e0f04"/><path d="M390 470c16 12 40 12 60 4" stroke="#7c4512" stroke-width="7" opacity=".55" fill="none"/>
  <rect x="484" y="300" width="40" height="34" rx="6" fill="#9aa2a6"/><path d="M230 282v36M242 282v36" stroke="#8d938f" stroke-width="7"/>`;

export const SCENES = [
  { name: "blocked-exit", label: "安全出口堵塞", drawing: EXIT },
  { name: "bare-wire", label: "电线裸露", drawing: WIRE },
  { name: "extinguisher", label: "灭火器失压", drawing: EXTINGUISHER },
  { name: "gas-hose", label: "燃气软管开裂", drawing: HOSE },
];
