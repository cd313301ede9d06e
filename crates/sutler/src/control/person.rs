//! Who stands behind a command: the user of the machine, by what the system says of the other
//! end of the socket. What a command says of itself proves nothing.

use std::io::Read;

use sutler_engine::admin::Acting;
use sutler_model::audit::Via;
use tokio::net::UnixStream;

/// The longest list of users that is read.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The user at the other end.
pub(super) fn behind(stream: &UnixStream) -> Acting {
    let user = stream.peer_cred().map(|credentials| credentials.uid());
    let actor = user.map_or_else(|_| "an unknown user".to_owned(), name);
    Acting { actor, via: Via::Cli, credential: None }
}

/// The user of this process. Needs a tokio runtime.
pub(super) fn here() -> Acting {
    match UnixStream::pair() {
        Ok((stream, _other)) => behind(&stream),
        Err(_) => Acting { actor: "an unknown user".to_owned(), via: Via::Cli, credential: None },
    }
}

fn name(uid: u32) -> String {
    let mut users = String::new();
    let read = std::fs::File::open("/etc/passwd")
        .and_then(|file| file.take(LONGEST).read_to_string(&mut users));
    let found = read.ok().and_then(|_| named(&users, uid));
    found.unwrap_or_else(|| format!("uid {uid}"))
}

/// The first user with this number in a list of users (passwd(5)).
fn named(users: &str, uid: u32) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        let number: u32 = fields.nth(1)?.parse().ok()?;
        (number == uid).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_by_the_list_of_users() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\n# x\n::7:\nann:x:1000:1000::/srv/ann:\nann2:x:1000:1:";
        assert_eq!(named(users, 0).as_deref(), Some("root"));
        assert_eq!(named(users, 1000).as_deref(), Some("ann"));
        assert_eq!((named(users, 7), named(users, 5), named("", 0)), (None, None, None));
    }
}
