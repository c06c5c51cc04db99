//! Where a snapshot comes from: this host's member, asked with this host's certificate, through a pipe in which each byte is
//! judged.

use std::io;

use payload::exit::ExitStatus;
use payload::manifest::Manifest;
use payload::snapshot::{Inspection, Whole};

use super::super::context::{Context, Looking};
use super::super::health;
use super::login;
use crate::cli::SnapshotArgs;
use crate::endpoint_status::EndpointStatus;
use crate::failure::Failure;
use crate::help::Help;
use crate::host::etcdctl;
use crate::host::login::Login;
use crate::host::named_pipe::{Broken, NamedPipe};
use crate::records::Receipt;
use crate::report::Report;
use crate::text::refusals::Doing;
use crate::text::{help, refusals, snapshot as words};

pub(super) struct Source {
    pub(super) context: Context,
    login: Option<Login>,
}

impl Source {
    pub(super) fn begin(args: &SnapshotArgs, report: &Report) -> Result<Self, Failure> {
        login::is_open(args)?;
        let context = Looking::begin(Doing::TakingASnapshot, None)?.work(report)?;
        if context.records.receipt.is_none() {
            return Err(Failure::refused(refusals::nothing_installed(""), Help::run("install")));
        }
        let login = login::login(args, &context.interrupt, report);
        let login = context.unless_told_to_stop(login)?;
        Ok(Self { context, login })
    }

    /// Of what is installed.
    pub(super) fn manifest(&self) -> Result<&Manifest, Failure> {
        Ok(&self.receipt()?.manifest)
    }

    pub(super) fn receipt(&self) -> Result<&Receipt, Failure> {
        let receipt = self.context.records.receipt.as_ref();
        receipt.ok_or_else(|| Failure::refused(refusals::nothing_installed(""), Help::run("install")))
    }

    /// What the member says of itself, and whether it has keys of the v2 API, which are said to be left out.
    pub(super) fn ask(&self, report: &Report) -> Result<(EndpointStatus, Option<bool>), Failure> {
        let (status, v2_keys) = self.ask_of_both()?;
        if v2_keys == Some(true) {
            report.warn(&words::V2_KEYS, Some(&help::v2_keys()));
        }
        Ok((status, v2_keys))
    }

    /// Likewise, for whoever leaves none out.
    pub(super) fn ask_of_both(&self) -> Result<(EndpointStatus, Option<bool>), Failure> {
        let (manifest, interrupt) = (self.manifest()?, &self.context.interrupt);
        let no_answer = || Failure::refused(words::NO_ANSWER, Help::host("status"));
        let me = manifest.me().ok_or_else(no_answer)?;
        let status = etcdctl::status_for(manifest, me, self.login.as_ref(), interrupt)
            .map_err(|said| self.unheard(manifest, &said));
        let status = self.context.unless_told_to_stop(status)?;
        Ok((status, etcdctl::has_v2_keys(manifest, me, interrupt)))
    }

    fn unheard(&self, manifest: &Manifest, said: &str) -> Failure {
        match &self.login {
            Some(_) if etcdctl::turns_a_user_away(said) => {
                Failure::refused(words::not_let_in(said), help::password_from_a_file())
            }
            None if etcdctl::wants_a_user(said) => {
                Failure::refused(words::WANTS_A_USER, help::as_a_user(&manifest.member))
            }
            _ => match health::unaskable(&self.context.tree, manifest) {
                Some(why) => Failure::of_finding(why),
                None => Failure::refused(words::no_answer(said), Help::host("status")),
            },
        }
    }

    /// All of it, piece by piece. `unwritten` says what becomes of a snapshot that could not be taken down.
    pub(super) fn receive(
        &self,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
        unwritten: impl Fn(String) -> Failure,
    ) -> Result<Whole, Failure> {
        let (manifest, interrupt) = (self.manifest()?, &self.context.interrupt);
        let failed = |why: Broken| unwritten(words::broken(&why));
        let pipe = NamedPipe::make().map_err(|error| failed(Broken::Pipe(error)))?;
        let path = NamedPipe::path();
        let me = manifest.me();
        let call = me.and_then(|me| etcdctl::snapshot(manifest, me, self.login.as_ref(), &path, interrupt));
        let call = call.ok_or_else(|| Failure::refused(words::NO_ANSWER, Help::host("status")))?;
        let mut inspection = Inspection::default();
        let said = pipe.drain(call, &mut |piece| {
            inspection.take(piece);
            take(piece)
        });
        let said = self.context.unless_told_to_stop(said.map_err(failed))?;
        inspection.end().map_err(|flaw| {
            let complaint = said.complaint().to_string();
            if etcdctl::wants_a_user(&complaint) || etcdctl::turns_a_user_away(&complaint) {
                return self.unheard(manifest, &complaint);
            }
            not_verified(words::not_whole(&flaw, &complaint))
        })
    }
}

pub(super) fn not_verified(text: String) -> Failure {
    Failure::new(ExitStatus::NotVerified, text, Help::host("snapshot"))
}
