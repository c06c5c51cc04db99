//! One list, worked on by several threads. Must not know what the work is.

use std::panic::resume_unwind;
use std::thread;

/// What `work` makes of each of `all`, in their order, by at most so many threads: each takes a run of neighbours and
/// ends at its first error, and the first of those in the list comes back.
pub(crate) fn map<T, R, E>(all: &[T], threads: usize, work: impl Fn(&T) -> Result<R, E> + Sync) -> Result<Vec<R>, E>
where
    T: Sync,
    R: Send,
    E: Send,
{
    let work = &work;
    let share = all.len().div_ceil(threads).max(1);
    let made: Result<Vec<Vec<R>>, E> = thread::scope(|scope| {
        let workers: Vec<_> =
            all.chunks(share).map(|some| scope.spawn(move || some.iter().map(work).collect())).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    Ok(made?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_the_first_error_comes_back() {
        let all: Vec<u32> = (0..10).collect();
        for threads in [1, 3, 10, 32] {
            assert_eq!(map(&all, threads, |n| Ok::<_, u32>(n * 2)), Ok((0..10).map(|n| n * 2).collect()), "{threads}");
            assert_eq!(map(&all, threads, |n| if *n < 4 { Ok(()) } else { Err(*n) }), Err(4), "{threads}");
        }
        assert_eq!(map(&[0; 0], 4, |_| Err::<(), _>("nobody")), Ok(Vec::new()));
    }
}
