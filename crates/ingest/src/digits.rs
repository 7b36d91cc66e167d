//! Eight bytes at a time: finding marks in text and reading digits, with ordinary arithmetic on words.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The eight bytes from `at`, the first one lowest, where there are so many.
#[inline]
pub(crate) fn word(text: &[u8], at: usize) -> Option<u64> {
    let bytes = text.get(at..at + 8)?;
    bytes.try_into().ok().map(u64::from_le_bytes)
}

/// The high bit of every byte of a word that is `wanted`; exact, whatever the other bytes are.
#[inline]
pub(crate) fn bytes_equal(word: u64, wanted: u8) -> u64 {
    let differs = word ^ (LOW * u64::from(wanted));
    !(((differs & !HIGH) + !HIGH) | differs) & HIGH
}

/// The number that the first `len` bytes of a word spell, if all of them are digits and there are 1 to 8.
///
/// With zeros put before, neighbours are joined three times: digits to pairs, to fours, to eight.
#[inline]
pub(crate) fn number(word: u64, len: usize) -> Option<u64> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    if !(1..=8).contains(&len) {
        return None;
    }
    let missing = 64 - 8 * len as u32;
    let text = (word << missing) | (ZEROS & !(u64::MAX << missing));
    let digits = text ^ ZEROS;
    // Adding 6 carries 10 to 15 into the high half of their byte; bytes that are no digits are there already.
    let carried = (digits & 0x7f7f_7f7f_7f7f_7f7f) + 0x0606_0606_0606_0606;
    if (carried | digits) & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff)
}

/// How much text is searched for marks at a time.
const STRETCH: usize = 1 << 10;

/// Positions of two bytes in a text, found for a stretch of it at a time.
#[derive(Clone, Debug)]
pub(crate) struct Marks {
    /// Positions, of which the first `n` count; a word more than a stretch can hold.
    found: Vec<u32>,
    n: usize,
}

impl Marks {
    pub(crate) fn new() -> Self {
        Self { found: vec![0; STRETCH + 8], n: 0 }
    }

    /// Calls `mark` with every position of either byte, ascending, and with the end of the text unless the second
    /// byte is its last.
    #[inline]
    pub(crate) fn each(&mut self, text: &[u8], wanted: [u8; 2], mut mark: impl FnMut(usize)) {
        let is_open = text.last() != Some(&wanted[1]);
        for (stretch, start) in text.chunks(STRETCH).zip((0..).step_by(STRETCH)) {
            self.find(stretch, wanted);
            if is_open && start + stretch.len() == text.len() {
                self.found[self.n] = stretch.len() as u32;
                self.n += 1;
            }
            self.found[..self.n].iter().for_each(|&at| mark(start + at as usize));
        }
    }

    /// Finds the marks of a stretch. Two positions of a word are written whether they are there or not and are
    /// written over if they are not: nothing is guessed, so no guess is wrong.
    fn find(&mut self, stretch: &[u8], [a, b]: [u8; 2]) {
        self.n = 0;
        let (words, rest) = stretch.as_chunks::<8>();
        for (word, base) in words.iter().zip((0_u32..).step_by(8)) {
            let word = u64::from_le_bytes(*word);
            let mut left = bytes_equal(word, a) | bytes_equal(word, b);
            let count = ((left >> 7).wrapping_mul(LOW) >> 56) as usize;
            let room = &mut self.found[self.n..self.n + 8];
            for place in &mut room[..2] {
                *place = base + left.trailing_zeros() / 8;
                left &= left.wrapping_sub(1);
            }
            for place in room.iter_mut().take(count).skip(2) {
                *place = base + left.trailing_zeros() / 8;
                left &= left.wrapping_sub(1);
            }
            self.n += count;
        }
        let base = stretch.len() - rest.len();
        for (&byte, at) in rest.iter().zip(base..) {
            if byte == a || byte == b {
                self.found[self.n] = at as u32;
                self.n += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marks_are_where_the_bytes_are(text in prop::collection::vec(prop::sample::select(b",\n-+\xac\x8aab".to_vec()), 0..60), stretches in 0_usize..3) {
            let text = [vec![b','; stretches * STRETCH], text].concat();
            let mut expected: Vec<usize> =
                (0..text.len()).filter(|&i| text[i] == b',' || text[i] == b'\n').collect();
            if text.last().is_some_and(|&last| last != b'\n') {
                expected.push(text.len());
            }
            let mut found = Vec::new();
            Marks::new().each(&text, [b',', b'\n'], |at| found.push(at));
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn digits_are_read_as_the_library_reads_them(bytes: [u8; 8], len in 0_usize..10, digits in "[0-9]{8}") {
            let expected = |bytes: &[u8]| {
                let text = std::str::from_utf8(bytes.get(..len)?).ok()?;
                let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                if plain { text.parse().ok() } else { None }
            };
            prop_assert_eq!(number(u64::from_le_bytes(bytes), len), expected(&bytes));
            let digits: [u8; 8] = digits.as_bytes().try_into().expect("eight");
            prop_assert_eq!(number(u64::from_le_bytes(digits), len), expected(&digits));
        }
    }

    #[test]
    fn neighbours_of_digits_are_none() {
        for byte in 0..=255_u8 {
            let found = number(u64::from(byte), 1);
            assert_eq!(found, byte.is_ascii_digit().then(|| u64::from(byte - b'0')), "{byte}");
        }
    }
}
