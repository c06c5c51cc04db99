//! How much memory is left; and whether there is as much as scrypt takes: asked first, because an allocation that fails ends the
//! program.
#![expect(clippy::disallowed_methods, reason = "edge: reads /proc")]

/// What is left to the rest of the host.
const SPARE: u64 = 16 << 20;

/// There is not.
#[derive(Debug, thiserror::Error)]
pub(crate) struct TooLittle {
    pub(crate) needed: u64,
    /// `None` where a limit of ours is in the way.
    pub(crate) left: Option<u64>,
}

/// Refuses where `needed` bytes are not available, to the host or to us.
pub(crate) fn is_enough(needed: u64) -> Result<(), TooLittle> {
    let left = left();
    if left.is_some_and(|left| left < needed + SPARE) {
        return Err(TooLittle { needed, left });
    }
    // A limit of ours (`ulimit -v`) shows only so. Nothing of it is touched, and it goes at once.
    let mut trial: Vec<u8> = Vec::new();
    let size = usize::try_from(needed + SPARE).unwrap_or(usize::MAX);
    let had = trial.try_reserve_exact(size);
    std::hint::black_box(&trial);
    had.map_err(|_| TooLittle { needed, left: None })
}

/// In bytes; `None` where the kernel does not say.
pub(crate) fn left() -> Option<u64> {
    std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text))
}

/// proc(5): `MemAvailable`, in KiB; kernels before 3.14 do not say.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_counts() {
        assert_eq!(available("MemTotal:  4 kB\nMemAvailable:   131072 kB\n"), Some(128 << 20));
        assert_eq!(available("MemTotal:  4 kB\n"), None);
        assert!(is_enough(1 << 20).is_ok());
        let error = is_enough(1 << 60).unwrap_err().to_string();
        assert!(error.contains("takes 1099511627776 MiB of memory"), "{error}");
    }
}
