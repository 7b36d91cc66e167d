//! Texts to codes: each thread numbers what it meets, and one pass afterwards numbers all by first appearance.
//!
//! The tables hash with a key drawn at random, so that no file can be made to collide; the numbering depends
//! on the file alone, not on the key and not on the threads.

use crate::digits;
use crate::records::MISSING;
use foldhash::fast::RandomState;
use palenque_graph::{Ids, NodeIndex};
use std::hash::BuildHasher;

/// Texts of at most this many bytes are their own key.
const SHORT: usize = 15;
/// The top byte of the key of a longer text, which no length is.
const LONG: u128 = 0xff << 120;

/// Whole numbers below this one have a table of their own, which takes memory only where ids are.
const DENSE: usize = 1 << 24;

/// How many texts of another table are looked for together.
const BATCH: usize = 128;

/// A table from text to code, of one thread. Codes are handed out in the order of first appearance.
#[derive(Clone, Debug)]
pub(crate) struct Interner {
    state: RandomState,
    /// Code + 1 of the ids that are small whole numbers, by number; 0 is free.
    dense: Vec<u32>,
    slots: Vec<Slot>,
    /// How many of them are taken.
    hashed: usize,
    keys: Vec<u128>,
    firsts: Vec<u64>,
    ids: Ids,
}

/// A place in a table: a look-up reads one, and mostly nothing else.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: u128,
    /// Code + 1; 0 is free.
    code: u32,
}

impl Interner {
    /// An empty table. Tables that are to be merged share their `state`.
    pub(crate) fn new(state: RandomState) -> Self {
        Self {
            state,
            dense: Vec::new(),
            slots: vec![Slot::default(); 1 << 10],
            hashed: 0,
            keys: Vec::new(),
            firsts: Vec::new(),
            ids: Ids::default(),
        }
    }

    /// The key of a text: the text itself and its length where it is short, else a hash of it.
    pub(crate) fn key(&self, text: &[u8]) -> u128 {
        if text.len() <= SHORT {
            let mut bytes = [0_u8; 16];
            bytes[..text.len()].copy_from_slice(text);
            bytes[SHORT] = text.len() as u8;
            u128::from_le_bytes(bytes)
        } else {
            LONG | u128::from(self.state.hash_one(text))
        }
    }

    /// The key of `text[start..end]`, quicker than [`Interner::key`] where more text follows.
    #[inline]
    pub(crate) fn key_within(&self, text: &[u8], start: usize, end: usize) -> u128 {
        let len = end - start;
        match text.get(start..start + 16) {
            Some(window) if len <= SHORT => {
                let window: [u8; 16] = window.try_into().unwrap_or_default();
                let keep = (1_u128 << (8 * len)) - 1;
                (u128::from_le_bytes(window) & keep) | ((len as u128) << 120)
            }
            _ => self.key(&text[start..end]),
        }
    }

    /// The code of a text whose key is known. `position` says where in the file it stands and grows from call
    /// to call; `text` is asked for only where the key does not decide.
    pub(crate) fn code<'a>(&mut self, key: u128, position: u64, text: impl Fn() -> &'a str) -> u32 {
        if let Some(number) = small_number(key) {
            if self.dense.is_empty() {
                self.dense = vec![0; DENSE];
            }
            if self.dense[number] == 0 {
                self.dense[number] = self.push(key, position, text()) + 1;
            }
            return self.dense[number] - 1;
        }
        let mask = self.slots.len() - 1;
        let mut at = self.place(key);
        loop {
            let slot = self.slots[at];
            if slot.code == 0 {
                let code = self.push(key, position, text());
                self.slots[at] = Slot { key, code: code + 1 };
                self.hashed += 1;
                if self.hashed * 4 > self.slots.len() * 3 {
                    self.grow();
                }
                return code;
            }
            if self.matches(slot, key, &text) {
                return slot.code - 1;
            }
            at = (at + 1) & mask;
        }
    }

    /// Where the search for a key begins.
    #[inline]
    fn place(&self, key: u128) -> usize {
        self.state.hash_one(key) as usize & (self.slots.len() - 1)
    }

    /// The codes of many texts, as [`Interner::code`] would give them one by one from `position` on; the empty
    /// text has none and gets [`MISSING`]. Tables of many ids do not fit a cache: here the reads of one batch
    /// wait for memory together.
    pub(crate) fn codes<'a>(
        &mut self,
        keys: &[u128],
        position: u64,
        text: impl Fn(usize) -> &'a str,
        batch: &mut Batch,
    ) {
        self.look(keys, batch);
        batch.codes.clear();
        for (i, &key) in keys.iter().enumerate() {
            let code = if key == 0 {
                MISSING
            } else if batch.is_certain(i, key) {
                batch.slots[i].code - 1
            } else {
                self.code(key, position + i as u64, || text(i))
            };
            batch.codes.push(code);
        }
    }

    /// The codes of many texts, [`MISSING`] for those that are not there.
    fn find_all<'a>(&self, keys: &[u128], text: impl Fn(usize) -> &'a str, batch: &mut Batch) {
        self.look(keys, batch);
        batch.codes.clear();
        for (i, &key) in keys.iter().enumerate() {
            let code = if batch.slots[i].code == 0 {
                MISSING
            } else if batch.is_certain(i, key) {
                batch.slots[i].code - 1
            } else {
                self.find_key(key, text(i)).unwrap_or(MISSING)
            };
            batch.codes.push(code);
        }
    }

    /// Fetches what the table has where each of some keys is most likely to be.
    fn look(&self, keys: &[u128], batch: &mut Batch) {
        let mask = self.slots.len() - 1;
        // Where to look is worked out first: the loops that read from memory are short, so that a processor
        // has many of their reads under way.
        batch.probes.clear();
        batch.probes.extend(keys.iter().map(|&key| match small_number(key) {
            Some(number) => Probe { at: number as u32, is_number: true },
            None => Probe { at: self.place(key) as u32, is_number: false },
        }));
        batch.slots.clear();
        batch.slots.extend(batch.probes.iter().zip(keys).map(|(probe, &key)| {
            if probe.is_number {
                Slot { key, code: self.dense.get(probe.at as usize).copied().unwrap_or(0) }
            } else {
                self.slots[probe.at as usize]
            }
        }));
        // The next slots are neighbours of one that was just read.
        for ((probe, slot), &key) in batch.probes.iter().zip(&mut batch.slots).zip(keys) {
            let mut at = probe.at as usize;
            while slot.key != key && slot.code != 0 {
                at = (at + 1) & mask;
                *slot = self.slots[at];
            }
        }
    }

    #[inline]
    fn matches<'a>(&self, slot: Slot, key: u128, text: &impl Fn() -> &'a str) -> bool {
        slot.key == key && (key < LONG || self.ids.get((slot.code - 1).into()) == text())
    }

    #[cold]
    fn push(&mut self, key: u128, position: u64, text: &str) -> u32 {
        let code = self.ids.push(text).index() as u32;
        self.keys.push(key);
        self.firsts.push(position);
        code
    }

    fn grow(&mut self) {
        let larger = vec![Slot::default(); self.slots.len() * 2];
        let mask = larger.len() - 1;
        for slot in std::mem::replace(&mut self.slots, larger) {
            if slot.code == 0 {
                continue;
            }
            let mut at = self.place(slot.key);
            while self.slots[at].code != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }

    /// The code of a text, with its own key.
    pub(crate) fn intern(&mut self, text: &str, position: u64) -> u32 {
        self.code(self.key(text.as_bytes()), position, || text)
    }

    /// The code of a text that is there.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        self.find_key(self.key(text.as_bytes()), text)
    }

    fn find_key(&self, key: u128, text: &str) -> Option<u32> {
        if let Some(number) = small_number(key) {
            return self.dense.get(number)?.checked_sub(1);
        }
        let mask = self.slots.len() - 1;
        let mut at = self.place(key);
        loop {
            let slot = self.slots[at];
            if slot.code == 0 {
                return None;
            }
            if self.matches(slot, key, &|| text) {
                return Some(slot.code - 1);
            }
            at = (at + 1) & mask;
        }
    }

    /// The texts, by code.
    pub(crate) fn into_ids(self) -> Ids {
        self.ids
    }
}

/// The codes of a batch, and room for finding them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    probes: Vec<Probe>,
    slots: Vec<Slot>,
    pub(crate) codes: Vec<u32>,
}

/// Where to look for a key first: among the numbers or among the slots.
#[derive(Clone, Copy, Debug)]
struct Probe {
    at: u32,
    is_number: bool,
}

impl Batch {
    /// Whether the slot found for a key decides what its code is.
    #[inline]
    fn is_certain(&self, i: usize, key: u128) -> bool {
        let slot = self.slots[i];
        slot.key == key && slot.code != 0 && key < LONG
    }
}

/// The number that a key spells, if it is a small whole number as it would be printed: no sign, no zeros before.
#[inline]
fn small_number(key: u128) -> Option<usize> {
    let (len, text) = ((key >> 120) as usize, key as u64);
    if len > 1 && text as u8 == b'0' {
        return None;
    }
    let number = digits::number(text, len)? as usize;
    (number < DENSE).then_some(number)
}

/// All texts numbered by first appearance, and for every table the final code of each of its own.
#[derive(Debug)]
pub(crate) struct Merged {
    /// The texts, by final code.
    pub(crate) ids: Ids,
    /// For every table, its codes' final codes; `None` where they are the same.
    pub(crate) codes: Option<Vec<Vec<u32>>>,
}

/// Merges the tables of several threads. In each, positions grow with the codes.
pub(crate) fn merge(mut tables: Vec<Interner>) -> Merged {
    if tables.len() <= 1 {
        let ids = tables.pop().map(Interner::into_ids).unwrap_or_default();
        return Merged { ids, codes: None };
    }
    let owners = owners(&tables);
    let mut codes: Vec<Vec<u32>> = tables.iter().map(|t| vec![0; t.keys.len()]).collect();
    let bytes = tables.iter().map(|t| t.ids.iter().len() * 12).max().unwrap_or(0);
    let mut ids = Ids::with_capacity(tables[0].keys.len(), bytes);
    // Owners are the first appearances; along each table they come in order, so this is a merge of lists.
    let mut next = vec![0_usize; tables.len()];
    let skip = |t: usize, mut at: usize| {
        while owners[t].get(at).is_some_and(|&owner| owner != address(t, at)) {
            at += 1;
        }
        at
    };
    for (t, at) in next.iter_mut().enumerate() {
        *at = skip(t, 0);
    }
    loop {
        let first = |t: usize| tables[t].firsts.get(next[t]).map(|&position| (position, t));
        let Some((_, t)) = (0..tables.len()).filter_map(first).min() else { break };
        let at = next[t];
        codes[t][at] = ids.push(tables[t].ids.get(NodeIndex::new(at))).index() as u32;
        next[t] = skip(t, at + 1);
    }
    for t in 0..tables.len() {
        for at in 0..codes[t].len() {
            let (owner, code) = split(owners[t][at]);
            codes[t][at] = codes[owner][code];
        }
    }
    Merged { ids, codes: Some(codes) }
}

/// For every table and code, the table and code of the text's first appearance. One thread per table looks for
/// the texts of a part of every table in those before it.
fn owners(tables: &[Interner]) -> Vec<Vec<u64>> {
    let parts = tables.len();
    let found: Vec<Vec<(u64, u64)>> = std::thread::scope(|scope| {
        let part = |p: usize| move || pairs_of_part(tables, p, parts);
        let threads: Vec<_> = (1..parts).map(|p| scope.spawn(part(p))).collect();
        std::iter::once(pairs_of_part(tables, 0, parts))
            .chain(threads.into_iter().map(joined))
            .collect()
    });
    let own = |(t, table): (usize, &Interner)| {
        (0..table.keys.len()).map(|code| address(t, code)).collect::<Vec<u64>>()
    };
    let mut owners: Vec<Vec<u64>> = tables.iter().enumerate().map(own).collect();
    let first = |address: u64| {
        let (t, code) = split(address);
        tables[t].firsts[code]
    };
    for (later, earlier) in found.into_iter().flatten() {
        let (t, code) = split(later);
        let known = &mut owners[t][code];
        if *known == later || first(earlier) < first(*known) {
            *known = earlier;
        }
    }
    owners
}

/// The texts of one part that appear in several tables: for every pair of them (later, earlier).
fn pairs_of_part(tables: &[Interner], part: usize, parts: usize) -> Vec<(u64, u64)> {
    let (mut found, mut batch) = (Vec::new(), Batch::default());
    for (t, table) in tables.iter().enumerate().skip(1) {
        let n = table.keys.len();
        let range = n * part / parts..n * (part + 1) / parts;
        for start in range.clone().step_by(BATCH) {
            let keys = &table.keys[start..range.end.min(start + BATCH)];
            for (other, twin) in tables[..t].iter().enumerate() {
                twin.find_all(keys, |i| table.ids.get(NodeIndex::new(start + i)), &mut batch);
                for (code, &at) in (start..).zip(&batch.codes).filter(|(_, at)| **at != MISSING) {
                    let (mine, theirs) = (address(t, code), address(other, at as usize));
                    if twin.firsts[at as usize] < table.firsts[code] {
                        found.push((mine, theirs));
                    } else {
                        found.push((theirs, mine));
                    }
                }
            }
        }
    }
    found
}

fn address(table: usize, code: usize) -> u64 {
    ((table as u64) << 32) | code as u64
}

fn split(address: u64) -> (usize, usize) {
    ((address >> 32) as usize, (address & 0xffff_ffff) as usize)
}

/// The result of a thread; its panic, if it had one, goes on here.
pub(crate) fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 8] = [
        "b",
        "a",
        "",
        "a name of more than fifteen bytes",
        "a name of more than fifteen byteS",
        "exactly fifteen",
        "sixteen bytes ab",
        "b\u{f1}",
    ];

    #[test]
    fn codes_follow_first_appearance() {
        let mut table = Interner::new(RandomState::default());
        for (i, text) in TEXTS.iter().chain(&TEXTS).enumerate() {
            let code = table.intern(text, i as u64);
            assert_eq!(code as usize, i % TEXTS.len());
            assert_eq!(table.find(text), Some(code));
        }
        assert_eq!(table.find("c"), None);
        assert_eq!(table.into_ids().iter().collect::<Vec<_>>(), TEXTS);
    }

    #[test]
    fn small_numbers_are_told_from_other_texts() {
        let table = Interner::new(RandomState::default());
        let number = |text: &str| small_number(table.key(text.as_bytes()));
        for n in [0, 7, 10, 999, 65_536, 1_234_567, 16_777_215] {
            assert_eq!(number(&n.to_string()), Some(n));
        }
        for text in
            ["", "007", "00", "-1", "1.0", "1e3", "16777216", "123456789", "12a", "1:2", "/", "1 "]
        {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_batch_gives_the_codes_of_single_calls() {
        let texts: Vec<String> = (0..3000_u32)
            .map(|i| match i % 5 {
                0 => format!("{}", i % 700),
                1 => format!("F{:05}", i * 31 % 997),
                2 => format!("a long name of a firm, number {}", i % 311),
                3 => String::new(),
                _ => format!("00{}", i % 40),
            })
            .collect();
        let state = RandomState::default();
        let (mut single, mut many) = (Interner::new(state.clone()), Interner::new(state));
        let one = |(i, text): (usize, &String)| {
            if text.is_empty() { MISSING } else { single.intern(text, i as u64) }
        };
        let expected: Vec<u32> = texts.iter().enumerate().map(one).collect();
        let (mut codes, mut batch) = (Vec::new(), Batch::default());
        for (b, texts) in texts.chunks(64).enumerate() {
            let keys: Vec<u128> = texts.iter().map(|t| many.key(t.as_bytes())).collect();
            many.codes(&keys, 64 * b as u64, |i| &texts[i], &mut batch);
            codes.extend_from_slice(&batch.codes);
        }
        assert_eq!(codes, expected);
        assert_eq!(many.into_ids(), single.into_ids());
    }

    #[test]
    fn keys_are_the_same_within_a_text_and_alone() {
        let table = Interner::new(RandomState::default());
        let line = b"abcdefghijklmnopqrstuvwxyz";
        for (start, end) in [(0, 0), (0, 1), (3, 18), (3, 19), (20, 26), (25, 26)] {
            assert_eq!(table.key_within(line, start, end), table.key(&line[start..end]));
        }
    }

    #[test]
    fn any_split_over_tables_gives_the_same_numbers() {
        let stream: Vec<String> =
            (0..5000_u64).map(|i| format!("firm {}", i.wrapping_mul(i) * 7919 % 811)).collect();
        let number = |n_tables: usize| {
            let state = RandomState::default();
            let mut tables = vec![Interner::new(state); n_tables];
            let mut local = Vec::new();
            for (i, text) in stream.iter().enumerate() {
                let t = i / 7 % n_tables;
                local.push((t, tables[t].intern(text, i as u64)));
            }
            let merged = merge(tables);
            let code = |(t, code): (usize, u32)| {
                merged.codes.as_ref().map_or(code, |codes| codes[t][code as usize])
            };
            let codes: Vec<u32> = local.into_iter().map(code).collect();
            (merged.ids, codes)
        };
        let alone = number(1);
        assert!(alone.1.iter().zip(&stream).all(|(&c, s)| alone.0.get(c.into()) == s));
        for n_tables in [2, 3, 8] {
            assert_eq!(number(n_tables), alone);
        }
    }
}
