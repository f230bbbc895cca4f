'use strict';
// The script of both pages. It asks for nothing but what the server offers, and stores nothing.
(() => {
  const own = document.body.dataset.role;
  const view = document.getElementById('view');
  const notice = document.getElementById('notice');
  const tablet = document.getElementById('tablet');
  const voices = { polite: document.getElementById('polite'), assertive: document.getElementById('assertive') };
  const pictures = new Map();
  const wanted = new Set();
  const streams = {};
  // Whose view is shown: a staff window that was handed over shows the customer's.
  let shown = own;
  let generation = 0;
  let version = 0;
  // Whose view it is: what is done in it is for no other customer.
  let customer = 0;
  // Where the focus goes once the answer to what was sent is shown.
  let submitted = '';
  // When the last key came, and what a key that is a character will press unless another one follows.
  let typed = -Infinity;
  let decision = 0;
  let audio = null;

  const main = () => view.querySelector('main');

  // What the program shows --------------------------------------------------------------------------------------------

  const clearFields = () => {
    for (const field of document.querySelectorAll('input')) field.value = '';
  };

  const dropPictures = () => {
    generation += 1;
    wanted.clear();
    for (const address of pictures.values()) URL.revokeObjectURL(address);
    pictures.clear();
  };

  const wipe = () => {
    clearFields();
    dropPictures();
    // The panel of a simulated reader holds nothing of a customer, and its choice stays.
    for (const part of [...view.children]) if (part.id !== 'sim') part.remove();
    notice.replaceChildren();
    for (const voice of Object.values(voices)) voice.textContent = '';
  };

  const template = (name) => document.getElementById(`${name}-${document.documentElement.lang}`).content.cloneNode(true);

  const same = (old, next) => old.nodeType === next.nodeType && old.nodeName === next.nodeName
    && (old.id ?? '') === (next.id ?? '') && old.dataset?.view === next.dataset?.view;

  // Turns one element into another and keeps what is the same: focus, typed text, an opened detail, a loaded picture.
  const morph = (old, next) => {
    for (const { name } of [...old.attributes]) {
      const keeps = name === 'open' || (name === 'src' && old.dataset.picture === next.dataset.picture)
        || (name === 'tabindex' && old.dataset.digit);
      if (!next.hasAttribute(name) && !keeps) old.removeAttribute(name);
    }
    for (const { name, value } of [...next.attributes]) {
      if (name === 'tabindex' && old.closest('[data-grid]')) continue;
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    let at = old.firstChild;
    for (const child of [...next.childNodes]) {
      let match = at;
      if (match && !same(match, child)) {
        match = child.id ? [...old.children].find((one) => same(one, child)) : null;
        while (match && at && at !== match) {
          const gone = at;
          at = at.nextSibling;
          gone.remove();
        }
      }
      if (!match) {
        old.insertBefore(child, at);
        continue;
      }
      at = match.nextSibling;
      if (match.nodeType === Node.ELEMENT_NODE) morph(match, child);
      else if (match.data !== child.data) match.data = child.data;
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  };

  // The words of a part, without the signs that only eyes need.
  const words = (part) => {
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
      if (!texts.currentNode.parentElement.closest('[aria-hidden="true"]')) found.push(texts.currentNode.data.trim());
    }
    return found.filter(Boolean).join(' ');
  };

  const speak = () => {
    for (const [name, voice] of Object.entries(voices)) {
      const text = [...view.querySelectorAll(`[data-say="${name}"]`)].map(words).join(' ');
      if (voice.textContent !== text) voice.textContent = text;
    }
  };

  const focusOn = (target, fresh = false) => {
    if (!target) return false;
    target.focus({ preventScroll: fresh });
    return document.activeElement === target;
  };

  const show = (fragment, as, of) => {
    const old = main();
    const next = fragment.querySelector('main');
    const fresh = shown !== as || !old || old.dataset.view !== next.dataset.view;
    shown = as;
    version = of;
    if (fresh) {
      clearFields();
      clearTimeout(decision);
    }
    const host = document.createElement('div');
    host.id = 'view';
    host.append(fragment);
    morph(view, host);
    notice.replaceChildren();
    document.documentElement.lang = main().lang;
    document.title = `${main().dataset.title} - taimen`;
    fill();
    if (fresh) {
      submitted = '';
      scrollTo(0, 0);
      focusOn(main().querySelector('[data-focus]'), true) || document.activeElement !== document.body || focusOn(main(), true);
    } else if (submitted) {
      const after = submitted;
      submitted = '';
      focusOn(main().querySelector('[aria-invalid="true"], [data-ask]')) || focusOn(main().querySelector(after));
    } else if (document.activeElement === document.body) {
      focusOn(main(), true);
    }
    speak();
  };

  const showOwn = (name) => {
    wipe();
    show(template(name), own, version);
  };

  const tell = (name, error) => {
    const page = template(name);
    const lines = error?.message ? [error.message, error.remedy] : [...page.querySelectorAll('h1, p')].map((part) => part.textContent);
    notice.replaceChildren(...lines.filter(Boolean).map((text, index) => {
      const line = document.createElement(index ? 'p' : 'b');
      line.textContent = text;
      return line;
    }));
  };

  // Pictures ----------------------------------------------------------------------------------------------------------

  const fill = () => {
    for (const picture of view.querySelectorAll('img[data-picture]')) {
      const id = picture.dataset.picture;
      if (pictures.has(id)) {
        if (picture.src !== pictures.get(id)) picture.src = pictures.get(id);
      } else {
        load(id);
      }
    }
  };

  const load = async (id) => {
    if (wanted.has(id)) return;
    wanted.add(id);
    const of = version;
    const before = generation;
    const answer = await fetch(`/staff/picture/${of}/${encodeURIComponent(id)}`, { cache: 'no-store' }).catch(() => null);
    const bytes = answer?.ok ? await answer.blob().catch(() => null) : null;
    if (before !== generation) return;
    wanted.delete(id);
    if (bytes) {
      pictures.set(id, URL.createObjectURL(bytes));
      fill();
    } else if (of !== version) {
      fill();
    } else {
      for (const picture of view.querySelectorAll('img[data-picture]')) {
        if (picture.dataset.picture !== id) continue;
        const text = document.createElement('p');
        text.className = 'missing';
        text.textContent = picture.dataset.missing ?? picture.alt;
        picture.replaceWith(text);
      }
    }
  };

  // Sound: two or three short tones, made here.
  const TONES = {
    good: [[660, 0, 0.12], [880, 0.13, 0.25]],
    bad: [[233, 0, 0.22], [196, 0.26, 0.22], [165, 0.52, 0.4]],
    unsure: [[494, 0, 0.14], [494, 0.24, 0.14]],
    ask: [[587, 0, 0.12]],
  };

  const play = (name) => {
    if (!TONES[name] || typeof AudioContext === 'undefined') return;
    audio ??= new AudioContext();
    audio.resume().catch(() => {});
    for (const [pitch, from, length] of TONES[name]) {
      const tone = audio.createOscillator();
      const loudness = audio.createGain();
      const start = audio.currentTime + 0.02 + from;
      tone.type = name === 'bad' ? 'square' : 'sine';
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(0.18, start + 0.02);
      loudness.gain.linearRampToValueAtTime(0, start + length);
      tone.connect(loudness).connect(audio.destination);
      tone.start(start);
      tone.stop(start + length + 0.02);
    }
  };

  // A browser plays nothing before somebody touched the page.
  for (const kind of ['pointerdown', 'keydown']) {
    addEventListener(kind, () => { if (own === 'staff') (audio ??= new AudioContext()).resume().catch(() => {}); }, { once: true });
  }

  // Talking to the program --------------------------------------------------------------------------------------------

  const post = async (path, body) => {
    const answer = await fetch(path, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), cache: 'no-store', redirect: 'error',
    }).catch(() => null);
    if (answer?.ok) return answer;
    const { error } = (await answer?.json().catch(() => null)) ?? {};
    tell('unsent', error);
    return null;
  };

  const act = (body, as = shown) => post(`/${as}/do?of=${customer}`, body);

  const listen = (as, receive) => {
    const stream = new EventSource(`/${as}/events`);
    streams[as] = stream;
    stream.addEventListener('view', (event) => receive(JSON.parse(event.data)));
    stream.addEventListener('error', () => {
      if (streams[as] !== stream) return;
      showOwn(stream.readyState === EventSource.CLOSED ? 'refused' : 'lost');
    });
  };

  const hush = (as) => {
    streams[as]?.close();
    delete streams[as];
  };

  const parsed = (html) => {
    const page = document.createElement('template');
    page.innerHTML = html;
    return page.content;
  };

  const receive = (as) => (message) => {
    if (message.wiped) wipe();
    else if (!message.pictures.length) dropPictures();
    if (message.sound) play(message.sound);
    const fragment = parsed(message.html);
    if (as === 'staff') {
      const handed = fragment.querySelector('[data-handed]') !== null;
      if (handed && streams.customer) return;
      if (handed) borrow();
      else if (streams.customer) {
        hush('customer');
        wipe();
      }
    } else if (as !== own && !streams.customer) {
      return;
    }
    customer = message.of;
    show(fragment, as, message.version);
  };

  // The customer's page in this window, with a right of its own.
  const borrow = async () => {
    const answer = await post('/staff/customer-token', {});
    const token = (await answer?.json().catch(() => null))?.path?.split('#')[1];
    if (token && main()?.dataset.view === 'handed' && await post('/customer/enter', { token })) {
      wipe();
      listen('customer', receive('customer'));
    }
  };

  const openCustomer = async () => {
    const answer = await post('/staff/customer-token', {});
    const page = await answer?.json().catch(() => null);
    if (page?.qr) showTablet(page);
    else if (page) openHere(page.path);
  };

  const openHere = (path) => {
    if (!open(path, '_blank', 'popup,width=900,height=900')) tell('blocked');
  };

  // The customer's tablet reads the address off this screen.
  const showTablet = ({ path, url, qr }) => {
    tablet.replaceChildren(template('tablet'));
    tablet.querySelector('[data-code]').append(parsed(qr));
    tablet.querySelector('[data-address]').textContent = url.split('#')[0];
    tablet.querySelector('[data-here]').addEventListener('click', () => { tablet.close(); openHere(path); });
    tablet.querySelector('[data-close]').addEventListener('click', () => tablet.close());
    tablet.showModal();
  };

  tablet?.addEventListener('close', () => tablet.replaceChildren());

  // What people do ----------------------------------------------------------------------------------------------------

  const pin = () => document.getElementById('pin');

  const type = (digit) => {
    const field = pin();
    if (field && (field.maxLength < 0 || field.value.length < field.maxLength)) field.value += digit;
  };

  const press = (button) => {
    const { dataset } = button;
    if (dataset.do) act(JSON.parse(dataset.do), dataset.as ?? shown);
    else if (dataset.digit) type(dataset.digit);
    else if ('delete' in dataset) pin().value = pin().value.slice(0, -1);
    else if (dataset.go) focusOn(document.getElementById(dataset.go)) && document.activeElement.select();
    else if ('openCustomer' in dataset) openCustomer();
    else if ('simRemove' in dataset) post('/staff/sim', { remove: true });
  };

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('button');
    if (button && view.contains(button)) press(button);
  });

  document.addEventListener('submit', (event) => {
    event.preventDefault();
    const form = event.target;
    if (form.dataset.entry) {
      const value = pin().value;
      pin().value = '';
      submitted = '[data-focus]';
      act({ action: 'entry', entry: form.dataset.entry, value });
    } else if (form.dataset.list) {
      submitted = form.dataset.action === 'form' ? '#form-result' : '[data-focus]';
      const typed = (one) => (one.type === 'checkbox' ? (one.checked ? 'on' : '') : one.value);
      const entries = [...form.querySelectorAll('input[name], select[name]')].map((one) => [one.name, typed(one)]);
      const extra = event.submitter?.dataset.extra ?? form.dataset.extra ?? '{}';
      act({ action: form.dataset.action, [form.dataset.list]: entries, ...JSON.parse(extra) });
    } else if ('sim' in form.dataset) {
      post('/staff/sim', { place: form.elements.place.value });
    }
  });

  // Enter goes on to the next field, in the last one it submits.
  const enter = (field) => {
    const fields = [...field.form.querySelectorAll('input:not([type="checkbox"])')].filter((one) => one.checkVisibility());
    const next = fields[fields.indexOf(field) + 1];
    if (!next) return false;
    next.focus();
    next.select();
    return true;
  };

  const ARROWS = { ArrowLeft: -1, ArrowRight: 1 };

  const move = (event) => {
    const grid = view.querySelector('[data-grid]');
    if (!grid) return false;
    const keys = [...grid.querySelectorAll('button')];
    const at = keys.indexOf(document.activeElement);
    const step = ARROWS[event.key] ?? { ArrowUp: -grid.dataset.grid, ArrowDown: +grid.dataset.grid }[event.key];
    if (step === undefined) return false;
    if (at < 0) {
      if (document.activeElement !== pin() || event.key !== 'ArrowDown') return false;
      turnTo(keys, keys[0]);
      return true;
    }
    if (at + step < 0 && event.key === 'ArrowUp') return focusOn(pin());
    if (keys[at + step]) turnTo(keys, keys[at + step]);
    return true;
  };

  const turnTo = (keys, key) => {
    for (const one of keys) one.tabIndex = one === key ? 0 : -1;
    key.focus();
  };

  // Digits and delete reach the pad wherever the focus is.
  const dial = (event) => {
    if (!view.querySelector('[data-grid]') || event.target === pin()) return false;
    if (/^[0-9]$/.test(event.key)) type(event.key);
    else if (event.key === 'Backspace') pin().value = pin().value.slice(0, -1);
    else return false;
    return true;
  };

  // A scanner types without a pause: a character decides something only if no key comes this close to it, in milliseconds.
  const ALONE = 150;

  document.addEventListener('keydown', (event) => {
    const alone = event.timeStamp - typed > ALONE;
    typed = event.timeStamp;
    if (!event.repeat) clearTimeout(decision);
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey || tablet?.open) return;
    const field = event.target.closest?.('input:not(#pin)');
    let done = shown === 'customer' && (move(event) || dial(event));
    if (!done && field && event.key === 'Enter' && field.form?.dataset.list) done = enter(field);
    else if (!done && field?.value && event.key === 'Escape') {
      // A field with text is left first; the next Esc ends.
      done = focusOn(main());
    } else if (!done && !(field && event.key === 'End')) {
      for (const button of view.querySelectorAll('button[data-key]')) {
        if (!button.dataset.key.split(' ').includes(event.key)) continue;
        // A key that is a character works only where the focus is beside its button.
        if (event.key.length === 1 && !button.closest('[data-keys]')?.contains(document.activeElement)) continue;
        if (event.key.length > 1 && !event.repeat) button.click();
        else if (alone && !event.repeat) decision = setTimeout(() => button.click(), ALONE);
        done = true;
        break;
      }
    }
    if (done) event.preventDefault();
  });

  addEventListener('pagehide', wipe);
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  (async () => {
    const token = location.hash.slice(1);
    if (token) {
      history.replaceState(null, '', location.pathname);
      await post(`/${own}/enter`, { token });
    }
    listen(own, receive(own));
  })();
})();
