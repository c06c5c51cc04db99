//! Which words of a fingerprint are asked for. Whoever answers has them on paper, or at the other end of a telephone. Pure:
//! randomness comes in.
//!
//! The words are never shown before: people who are shown them say yes without comparing.

use payload::fingerprint::WORDS;

/// How many words are asked for at once. Three of a stranger's key fit by chance once in eight thousand million.
pub(crate) const ASKED: usize = 3;

/// How often they are asked for, each time other words.
pub(crate) const TRIES: usize = 3;

/// What draws the numbers.
pub(crate) type Random = [u8; WORDS];

/// The numbers of the words, counted from 1, that are asked for in each try. None is asked for twice.
pub(crate) fn numbers(random: &Random) -> Vec<Vec<usize>> {
    let mut left: Vec<usize> = (1..=WORDS).collect();
    let drawn: Vec<usize> = random.iter().map(|byte| left.remove(usize::from(*byte) % left.len().max(1))).collect();
    let sorted = |three: &[usize]| {
        let mut three = three.to_vec();
        three.sort_unstable();
        three
    };
    drawn.chunks_exact(ASKED).take(TRIES).map(sorted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_try_asks_for_other_words() {
        for seed in 0..=255_u8 {
            let random: Random = std::array::from_fn(|at| seed.wrapping_mul(37).wrapping_add(at.to_le_bytes()[0] * 91));
            let numbers = numbers(&random);
            assert_eq!((numbers.len(), numbers.iter().map(Vec::len).max()), (TRIES, Some(ASKED)));
            let mut all: Vec<usize> = numbers.concat();
            assert!(numbers.iter().all(|three| three.is_sorted()));
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), TRIES * ASKED);
            assert!(all.iter().all(|number| (1..=WORDS).contains(number)));
        }
        assert_ne!(numbers(&[0; WORDS]), numbers(&[7; WORDS]));
    }
}
