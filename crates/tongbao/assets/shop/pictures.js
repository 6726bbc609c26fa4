// The goods, drawn by hand, found by the sign the price list gives them. An address on this
// server is shown as the picture it leads to, any other sign as itself.

const steam = '<path d="M48 40c-6-8 6-10 0-19M61 37c-6-8 6-10 0-19M74 40c-6-8 6-10 0-19" fill="none" stroke="#fff" stroke-opacity=".75" stroke-width="3.500" stroke-linecap="round"/>';

const shadow = '<ellipse cx="60" cy="103" rx="36" ry="5" fill="#26211b" fill-opacity=".12"/>';

const drawings = {
  tea: `${shadow}${steam}<path d="M46 92h28l4 10H42z" fill="#4d7f77"/><path d="M26 55h68c0 27-13 41-34 41S26 82 26 55z" fill="#6fa197"/><path d="M79 55h15c0 27-13 41-34 41 15-4 21-20 19-41z" fill="#5a8f85"/><ellipse cx="60" cy="55" rx="34" ry="10" fill="#e9efe6"/><ellipse cx="60" cy="56" rx="28" ry="7" fill="#b98a3e"/><path d="M44 56c6-3 12 2 20-1" fill="none" stroke="#dcb86f" stroke-width="2.500" stroke-linecap="round"/>`,
  coffee: `${shadow}${steam}<path d="M84 58h8a13 13 0 0 1 0 26H80" fill="none" stroke="#8a5126" stroke-width="7"/><path d="M28 52h58v28c0 12-8 20-19 20H47c-11 0-19-8-19-20z" fill="#a5683a"/><path d="M74 52h12v28c0 12-8 20-19 20h-6c10-5 13-22 13-48z" fill="#8a5126"/><ellipse cx="57" cy="52" rx="29" ry="8" fill="#f3e3cd"/><ellipse cx="57" cy="53" rx="24" ry="5.500" fill="#4a2f1b"/>`,
  cake: `${shadow}<ellipse cx="60" cy="84" rx="42" ry="15" fill="#9a5f2b"/><path d="M18 66h84v18H18z" fill="#9a5f2b"/><circle cx="60" cy="66" r="37" fill="none" stroke="#c98a45" stroke-width="11" stroke-dasharray="15.100 4.270" transform="matrix(1 0 0 .46 0 35)"/><ellipse cx="60" cy="65" rx="40" ry="18" fill="#d9a05b"/><ellipse cx="60" cy="65" rx="30" ry="13" fill="none" stroke="#a86a32" stroke-width="2.500"/><path d="M50 61h20v9H50z" fill="none" stroke="#a86a32" stroke-width="2.500"/><path d="M60 52v6M60 73v5M40 65h6M74 65h6" stroke="#a86a32" stroke-width="2.500" stroke-linecap="round"/>`,
  cookie: `${shadow}<circle cx="60" cy="62" r="38" fill="#c98d4d"/><path d="M60 24a38 38 0 0 1 0 76c17-10 22-60 0-76z" fill="#b87a3c"/><g fill="#55341c"><circle cx="48" cy="50" r="5.500"/><circle cx="70" cy="46" r="4.500"/><circle cx="44" cy="73" r="4.500"/><circle cx="64" cy="68" r="6"/><circle cx="80" cy="66" r="4"/><circle cx="58" cy="88" r="4"/></g>`,
  bread: `${shadow}<path d="M20 66c0-22 18-34 40-34s40 12 40 34c0 8-4 12-9 13v17H29V79c-5-1-9-5-9-13z" fill="#b7722f"/><path d="M28 66c0-17 15-26 32-26s32 9 32 26c0 5-4 7-9 7v16H37V73c-5 0-9-2-9-7z" fill="#eac891"/><path d="M47 56l8 10M62 52l8 10" stroke="#c8944f" stroke-width="4" stroke-linecap="round"/>`,
  fruit: `${shadow}<circle cx="60" cy="66" r="35" fill="#dd8a35"/><path d="M60 31a35 35 0 0 1 0 70c19-12 21-56 0-70z" fill="#c87526"/><path d="M60 34c0-8 3-14 9-17" fill="none" stroke="#5a4325" stroke-width="4" stroke-linecap="round"/><path d="M66 27c8-12 22-11 28-6-5 9-17 13-28 6z" fill="#5f8c6f"/><path d="M40 56c3-7 8-11 14-12" fill="none" stroke="#f3bb7c" stroke-width="4" stroke-linecap="round"/>`,
  notebook: `${shadow}<path d="M34 24h50a6 6 0 0 1 6 6v64a6 6 0 0 1-6 6H34z" fill="#2f4a52"/><path d="M88 96H36v-6h52z" fill="#efe6d5"/><path d="M34 24h9v76h-9a5 5 0 0 1-5-5V29a5 5 0 0 1 5-5z" fill="#22373e"/><path d="M54 38h26v20H54z" fill="#f3e7d0"/><path d="M59 45h16M59 51h10" stroke="#a5683a" stroke-width="2.500"/><path d="M74 24h6v30l-3-4-3 4z" fill="#a5683a"/>`,
  brush: `${shadow}<path d="M88 20l8 8-42 42-8-8z" fill="#a5683a"/><path d="M92 24l4 4-42 42-4-4z" fill="#8a5126"/><path d="M46 62l8 8-5 7-10-10z" fill="#d7b98e"/><path d="M39 67l10 10c-4 12-16 20-27 22 4-9 5-24 17-32z" fill="#2b2722"/>`,
  umbrella: `${shadow}<path d="M60 30v58c0 9-13 9-13 0" fill="none" stroke="#6b4a2b" stroke-width="5" stroke-linecap="round"/><path d="M16 64a44 40 0 0 1 88 0c-5-6-14-6-19 0-6-7-14-7-19 0-4-5-8-5-12 0-5-7-13-7-19 0-5-6-14-6-19 0z" fill="#9a4b33"/><path d="M60 24c14 6 20 22 19 36-4-2-9-1-13 4-4-5-8-5-12 0-5-5-9-6-13-4-1-14 5-30 19-36z" fill="#b8644a"/><path d="M60 18v8" stroke="#6b4a2b" stroke-width="4" stroke-linecap="round"/>`,
  candle: `${shadow}<path d="M60 18c9 10 10 19 0 23-10-4-9-13 0-23z" fill="#e2a54a"/><path d="M60 28c4 5 4 9 0 11-4-2-4-6 0-11z" fill="#f8e3ae"/><path d="M60 40v10" stroke="#4a3a28" stroke-width="3"/><path d="M38 50h44v46a5 5 0 0 1-5 5H43a5 5 0 0 1-5-5z" fill="#efe2c8"/><path d="M70 50h12v46a5 5 0 0 1-5 5h-9c3-14 4-33 2-51z" fill="#dcc9a4"/><path d="M44 66h26v18H44z" fill="#a5683a"/>`,
  bag: `${shadow}<path d="M44 46v-8a16 16 0 0 1 32 0v8" fill="none" stroke="#8a5126" stroke-width="5"/><path d="M28 44h64l6 52a5 5 0 0 1-5 5H27a5 5 0 0 1-5-5z" fill="#d9c7a3"/><path d="M78 44h14l6 52a5 5 0 0 1-5 5H81c3-18 2-38-3-57z" fill="#c7b288"/><path d="M48 62h22v22H48zM55 69h8v8h-8z" fill="#a5683a" fill-rule="evenodd"/>`,
  coin: `${shadow}<circle cx="64" cy="64" r="36" fill="#8a5126"/><circle cx="58" cy="60" r="36" fill="#b9783f"/><circle cx="58" cy="60" r="29" fill="none" stroke="#e6c08d" stroke-width="2.500"/><path d="M48 50h20v20H48z" fill="#efe2d0" stroke="#8a5126" stroke-width="3"/><path d="M58 35v8M58 77v8M33 60h8M75 60h8" stroke="#e6c08d" stroke-width="3" stroke-linecap="round"/>`,
  honey: `${shadow}<path d="M34 36h52v9H34z" fill="#8a5126"/><path d="M36 45h48c9 9 10 18 10 30 0 16-5 26-12 26H38c-7 0-12-10-12-26 0-12 1-21 10-30z" fill="#e0a640"/><path d="M76 45h8c9 9 10 18 10 30 0 16-5 26-12 26H71c10-15 12-38 5-56z" fill="#c98b2a"/><path d="M40 62h36v22H40z" fill="#fbf1da"/><path d="M48 73h20" stroke="#a5683a" stroke-width="3"/>`,
};

const signs = {
  '🍵': 'tea', '🫖': 'tea', '🧋': 'tea', '☕': 'coffee',
  '🥮': 'cake', '🍰': 'cake', '🍮': 'cake', '🎂': 'cake', '🍡': 'cake',
  '🍪': 'cookie', '🍞': 'bread', '🥐': 'bread', '🍊': 'fruit', '🍑': 'fruit', '🍎': 'fruit',
  '📓': 'notebook', '📔': 'notebook', '📒': 'notebook', '📖': 'notebook', '📚': 'notebook',
  '🖌': 'brush', '✒': 'brush', '🖊': 'brush', '✏': 'brush',
  '☂': 'umbrella', '🌂': 'umbrella', '☔': 'umbrella', '🕯': 'candle',
  '🛍': 'bag', '👜': 'bag', '🎁': 'bag', '🧧': 'bag', '🍯': 'honey', '🪙': 'coin', '🏺': 'honey',
};

// The picture of one of the goods, decoration only: its name stands beside it.
export function picture(goods) {
  const sign = String(goods.picture || '').replace(/\uFE0F/g, '');
  const drawing = drawings[signs[sign]];
  const box = document.createElement('span');
  box.className = 'picture';
  box.setAttribute('aria-hidden', 'true');
  if (sign.startsWith('/')) {
    const image = document.createElement('img');
    image.src = sign;
    image.alt = '';
    box.append(image);
    return box;
  }
  if (drawing === undefined) {
    box.textContent = sign;
    return box;
  }
  // Drawings are constants of this file, never data.
  const parsed = new DOMParser().parseFromString(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120">${drawing}</svg>`,
    'image/svg+xml',
  );
  box.append(document.importNode(parsed.documentElement, true));
  return box;
}
