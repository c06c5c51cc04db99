//! Edge: looks names up, each on a thread of its own.
//!
//! The client's own way waits at its end for a look-up that DNS does not answer, however short its limits are.

use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// One look-up: what came of it, and who waits for that.
#[derive(Default)]
struct Lookup {
    found: Option<io::Result<Vec<SocketAddr>>>,
    answered: bool,
    waker: Option<Waker>,
}

/// The system's resolver, and which name it was asked for last.
#[derive(Default)]
pub(super) struct Resolver {
    last: Mutex<Option<(String, Arc<Mutex<Lookup>>)>>,
}

impl Resolver {
    /// Nobody has asked yet.
    pub(super) fn forget(&self) {
        *locked(&self.last) = None;
    }

    /// The name that was asked for last, if there has been no answer.
    pub(super) fn waits_for(&self) -> Option<String> {
        let last = locked(&self.last);
        last.as_ref().filter(|(_, lookup)| !locked(lookup).answered).map(|(name, _)| name.clone())
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let lookup = Arc::new(Mutex::new(Lookup::default()));
        *locked(&self.last) = Some((name.clone(), Arc::clone(&lookup)));
        let mine = Arc::clone(&lookup);
        let started = thread::Builder::new().spawn(move || {
            let found = (name.as_str(), 0).to_socket_addrs().map(Iterator::collect);
            settle(&mine, found);
        });
        if let Err(error) = started {
            settle(&lookup, Err(error));
        }
        Box::pin(poll_fn(move |context| {
            let mut lookup = locked(&lookup);
            if let Some(found) = lookup.found.take() {
                return Poll::Ready(found.map(|all| Box::new(all.into_iter()) as Addrs).map_err(Into::into));
            }
            lookup.waker = Some(context.waker().clone());
            Poll::Pending
        }))
    }
}

fn settle(lookup: &Mutex<Lookup>, found: io::Result<Vec<SocketAddr>>) {
    let waker = {
        let mut lookup = locked(lookup);
        lookup.found = Some(found);
        lookup.answered = true;
        lookup.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// A thread that panicked leaves nothing half done in these.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
