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

/// Positions of two bytes in a text, ascending.
#[derive(Clone, Debug)]
pub(crate) struct Marks<'a> {
    text: &'a [u8],
    wanted: [u8; 2],
    /// Where the word begins whose marks are being given out.
    base: usize,
    /// Those that are left of it.
    left: u64,
    /// Where the next word begins.
    next: usize,
}

impl<'a> Marks<'a> {
    pub(crate) fn new(text: &'a [u8], wanted: [u8; 2]) -> Self {
        Self { text, wanted, base: 0, left: 0, next: 0 }
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let [a, b] = self.wanted;
        while self.left == 0 {
            self.base = self.next;
            let Some(word) = word(self.text, self.base) else {
                let rest = self.text.get(self.base..)?;
                let at = rest.iter().position(|&byte| byte == a || byte == b)?;
                self.next = self.base + at + 1;
                return Some(self.base + at);
            };
            self.left = bytes_equal(word, a) | bytes_equal(word, b);
            self.next = self.base + 8;
        }
        let at = self.base + (self.left.trailing_zeros() / 8) as usize;
        self.left &= self.left - 1;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marks_are_where_the_bytes_are(text in prop::collection::vec(prop::sample::select(b",\n-+\xac\x8aab".to_vec()), 0..60)) {
            let expected: Vec<usize> =
                (0..text.len()).filter(|&i| text[i] == b',' || text[i] == b'\n').collect();
            prop_assert_eq!(Marks::new(&text, [b',', b'\n']).collect::<Vec<_>>(), expected);
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
