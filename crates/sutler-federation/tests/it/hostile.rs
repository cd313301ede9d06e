//! A corpus of tokens: what differs in the least from a good one is not believed (OA-4, OA-5).

use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use sutler_federation::{Claims, KeySet, MAXIMUM_LENGTH, Rejected, Token};
use sutler_model::identity_provider::{
    IdentityProvider, SignatureAlgorithm, TokenType, UserClaim, UserKey,
};

use crate::support::{
    ELLIPTIC, ISSUER, NOW, RSA, STRANGER, claims, encode, header, keys, now, provider, set, with,
};

fn verify(text: &str, trusted: &IdentityProvider) -> Result<Claims, Rejected> {
    Token::read(text)?.verify(trusted, &keys(), now())
}

#[track_caller]
fn check(text: &str, expected: Result<(), Rejected>) {
    assert_eq!(verify(text, &provider()).map(drop), expected, "{text}");
}

#[expect(clippy::needless_pass_by_value, reason = "calls read better without borrows")]
#[track_caller]
fn check_header(changes: Value, expected: Result<(), Rejected>) {
    check(&ELLIPTIC.sign(&with(header(), &changes), &claims()), expected);
}

#[expect(clippy::needless_pass_by_value, reason = "calls read better without borrows")]
#[track_caller]
fn check_claims(changes: Value, expected: Result<(), Rejected>) {
    check(&ELLIPTIC.sign(&header(), &with(claims(), &changes)), expected);
}

#[test]
fn a_good_token_is_believed() {
    let believed = verify(&ELLIPTIC.sign(&header(), &claims()), &provider()).unwrap();
    assert_eq!(believed.text("sub"), Some("anna"));
    assert_eq!(believed.text("exp"), None);
    let rsa = json!({"alg": "RS256", "typ": "application/AT+JWT", "kid": "rsa"});
    check(&RSA.sign(&rsa, &claims()), Ok(()));
}

#[test]
fn the_algorithm_is_not_taken_from_the_header_oa_5() {
    for name in ["none", "None", "NONE", "nOnE", "", "HS256", "HS512", "es256", "ES512", "RS256 "] {
        check_header(json!({"alg": name}), Err(Rejected::Algorithm));
        let part = |value: &Value| encode(&value.to_string());
        let unsigned =
            format!("{}.{}", part(&with(header(), &json!({"alg": name}))), part(&claims()));
        check(&format!("{unsigned}."), Err(Rejected::Malformed));
        check(&unsigned, Err(Rejected::Malformed));
        check(&format!("{unsigned}.AA"), Err(Rejected::Algorithm));
    }
    for value in [json!(null), json!(256), json!(["ES256"]), json!({"a": "ES256"})] {
        check_header(json!({"alg": value}), Err(Rejected::Algorithm));
    }
    // Known here, but not set for this provider.
    check_header(json!({"alg": "ES384"}), Err(Rejected::Algorithm));
    let only = IdentityProvider { algorithms: vec![SignatureAlgorithm::Rs256], ..provider() };
    let good = ELLIPTIC.sign(&header(), &claims());
    assert_eq!(verify(&good, &only).unwrap_err(), Rejected::Algorithm);
}

#[test]
fn a_public_key_is_no_shared_secret_oa_5() {
    for public in [RSA.public.to_string(), RSA.public["n"].as_str().unwrap().to_owned()] {
        let message = format!(
            "{}.{}",
            encode(r#"{"alg":"HS256","typ":"at+jwt","kid":"rsa"}"#),
            encode(&claims().to_string())
        );
        let secret = EncodingKey::from_secret(public.as_bytes());
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &secret, Algorithm::HS256).unwrap();
        check(&format!("{message}.{signature}"), Err(Rejected::Algorithm));
    }
    let shared = json!({"kty": "oct", "k": "c2VjcmV0", "kid": "ec", "alg": "HS256"});
    assert!(KeySet::read(&set(&[&shared])).is_none());
}

#[test]
fn an_algorithm_needs_a_key_of_its_kind_oa_5() {
    check_header(json!({"alg": "RS256"}), Err(Rejected::Key));
    check_header(json!({"alg": "RS256", "kid": "rsa"}), Err(Rejected::Signature));
    check_header(json!({"alg": "EdDSA"}), Err(Rejected::Key));
    // The key says RS256: it is not used for another algorithm of its family.
    let both = IdentityProvider { algorithms: vec![SignatureAlgorithm::Ps256], ..provider() };
    let pss = json!({"alg": "PS256", "typ": "at+jwt", "kid": "rsa"});
    assert_eq!(verify(&RSA.sign(&pss, &claims()), &both).unwrap_err(), Rejected::Key);
}

#[test]
fn a_key_id_is_a_name_and_nothing_else_oa_5() {
    for id in [
        "",
        "EC",
        "../../dev/null",
        "/etc/passwd",
        "ec' OR '1'='1",
        "https://evil.example/keys",
        "ec\u{0}",
        "ec ",
        "rsa",
    ] {
        check_header(json!({"kid": id}), Err(Rejected::Key));
    }
    for id in [json!(1), json!(["ec"]), json!({})] {
        check_header(json!({"kid": id}), Err(Rejected::Key));
    }
    // Without one, the only key of its kind is meant.
    check_header(json!({"kid": null}), Ok(()));
    let two = KeySet::read(&set(&[&ELLIPTIC.public, &STRANGER.public])).unwrap();
    for changes in [json!({}), json!({"kid": null})] {
        let text = ELLIPTIC.sign(&with(header(), &changes), &claims());
        let verified = Token::read(&text).unwrap().verify(&provider(), &two, now());
        assert_eq!(verified.unwrap_err(), Rejected::Key, "two keys of one name");
    }
}

#[test]
fn keys_in_the_token_are_not_looked_at_oa_5() {
    let theirs = &STRANGER.public;
    for changes in [
        json!({"jwk": theirs}),
        json!({"jku": "https://evil.example/keys"}),
        json!({"x5u": "https://evil.example/cert"}),
        json!({"x5c": ["MIIB"]}),
    ] {
        let header = with(header(), &changes);
        check(&STRANGER.sign(&header, &claims()), Err(Rejected::Signature));
        check(&ELLIPTIC.sign(&header, &claims()), Ok(()));
    }
}

#[test]
fn a_signature_is_over_these_bytes_oa_5() {
    check(&STRANGER.sign(&header(), &claims()), Err(Rejected::Signature));
    let good = ELLIPTIC.sign(&header(), &claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = message.split_once('.').unwrap();
    let other = encode(&with(claims(), &json!({"sub": "berta"})).to_string());
    check(&format!("{head}.{other}.{signature}"), Err(Rejected::Signature));
    for zeros in [64, 63, 65, 1] {
        let zero = encode(&"\u{0}".repeat(zeros));
        check(&format!("{message}.{zero}"), Err(Rejected::Signature));
    }
    check(&format!("{message}.{signature}="), Err(Rejected::Malformed));
    check(&format!("{message}.{signature}AA"), Err(Rejected::Signature));
}

#[test]
fn what_is_not_three_parts_of_base64url_is_malformed() {
    let good = ELLIPTIC.sign(&header(), &claims());
    for text in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "e30.e30.AA=",
        "e30.W10.AA",
        "W10.e30.AA",
        "e30..AA",
        &format!("{good}.{good}"),
        &format!("{good}."),
        &format!(".{good}"),
        &format!(" {good}"),
        &good.replace('.', ".."),
        &format!("{good}\n"),
        &good.replace('e', "é"),
    ] {
        check(text, Err(Rejected::Malformed));
    }
    check(&format!("{good}{}", "A".repeat(MAXIMUM_LENGTH)), Err(Rejected::TooLong));
}

#[test]
fn a_name_that_is_given_twice_is_malformed_oa_5() {
    let plain = claims().to_string();
    let doubled = [
        plain.replacen('{', "{\"sub\":\"root\",", 1),
        plain.replacen('{', "{\"exp\":9999999999,", 1),
        plain.replacen('{', "{\"s\\u0075b\":\"root\",", 1),
        plain.replacen('{', "{\"x\":{\"a\":1,\"a\":2},", 1),
    ];
    for text in doubled {
        check(&ELLIPTIC.sign_text(&header().to_string(), &text), Err(Rejected::Malformed));
    }
    let twice = header().to_string().replacen('{', "{\"alg\":\"none\",", 1);
    check(&ELLIPTIC.sign_text(&twice, &plain), Err(Rejected::Malformed));
    let trailing = format!("{plain} {plain}");
    check(&ELLIPTIC.sign_text(&header().to_string(), &trailing), Err(Rejected::Malformed));
}

#[test]
fn the_type_is_the_one_that_is_set_oa_5() {
    for name in
        [json!(null), json!("JWT"), json!("id_token"), json!("logout+jwt"), json!(1), json!("")]
    {
        check_header(json!({"typ": name}), Err(Rejected::Type));
    }
    let loose = IdentityProvider { token_type: TokenType::Jwt, ..provider() };
    for (name, expected) in [
        (json!("JWT"), Ok(())),
        (json!("jwt"), Ok(())),
        (json!("at+jwt"), Err(Rejected::Type)),
        (json!(null), Err(Rejected::Type)),
    ] {
        let text = ELLIPTIC.sign(&with(header(), &json!({"typ": name})), &claims());
        assert_eq!(verify(&text, &loose).map(drop), expected, "{name}");
    }
}

#[test]
fn extensions_that_are_not_understood_are_not_passed_over_oa_5() {
    check_header(json!({"crit": ["exp"]}), Err(Rejected::Critical));
    check_header(json!({"crit": ["b64"], "b64": false}), Err(Rejected::Critical));
    check_header(json!({"crit": []}), Err(Rejected::Critical));
}

#[test]
fn the_issuer_is_compared_to_the_letter_oa_5() {
    for issuer in [
        json!(null),
        json!(""),
        json!(format!("{ISSUER}/")),
        json!(ISSUER.to_uppercase()),
        json!([ISSUER]),
        json!("https://login.example.org.evil.example"),
        json!(1),
    ] {
        check_claims(json!({"iss": issuer}), Err(Rejected::Issuer));
    }
}

#[test]
fn the_audience_is_us_oa_4() {
    for audience in [
        json!(null),
        json!(""),
        json!("other"),
        json!([]),
        json!(["other"]),
        json!("sutler "),
        json!("Sutler"),
        json!(["sutler", 1]),
        json!({"sutler": true}),
        json!([["sutler"]]),
        json!(1),
    ] {
        check_claims(json!({"aud": audience}), Err(Rejected::Audience));
    }
    check_claims(json!({"aud": ["other", "https://id.example.org"]}), Ok(()));
}

#[test]
fn a_token_has_its_time_oa_5() {
    let at = |iat: i64, exp: i64| json!({"iat": NOW + iat, "exp": NOW + exp});
    check_claims(at(-300, -59), Ok(()));
    check_claims(at(-300, -60), Err(Rejected::Expired));
    check_claims(at(60, 300), Ok(()));
    check_claims(at(61, 300), Err(Rejected::NotYet));
    check_claims(json!({"nbf": NOW + 60}), Ok(()));
    check_claims(json!({"nbf": NOW + 61}), Err(Rejected::NotYet));
    check_claims(json!({"exp": json!(f64::from(1_790_000_300) + 0.5)}), Ok(()));
    // A life that is too long, or none.
    check_claims(at(-10, 86_390), Ok(()));
    check_claims(at(-10, 86_391), Err(Rejected::Claim("exp")));
    check_claims(at(10, 10), Err(Rejected::Claim("exp")));
    check_claims(at(20, 10), Err(Rejected::Claim("exp")));
}

#[test]
fn times_are_numbers_and_are_there_oa_5() {
    for name in ["exp", "iat"] {
        check_claims(
            json!({name: null}),
            Err(Rejected::Claim(if name == "exp" { "exp" } else { "iat" })),
        );
    }
    for value in [
        json!("1790000300"),
        json!(true),
        json!([]),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MAX),
    ] {
        check_claims(json!({"exp": value}), Err(Rejected::Claim("exp")));
        check_claims(json!({"iat": value}), Err(Rejected::Claim("iat")));
        check_claims(json!({"nbf": value}), Err(Rejected::Claim("nbf")));
    }
}

#[test]
fn there_is_a_user_behind_it_oa_4() {
    for subject in [
        json!(null),
        json!(""),
        json!(1),
        json!(["anna"]),
        json!({"a": "anna"}),
        json!("a\u{0}b"),
        json!("a\nb"),
        json!("x".repeat(1_025)),
    ] {
        check_claims(json!({"sub": subject}), Err(Rejected::Claim("sub")));
    }
    check_claims(json!({"sub": "portal"}), Err(Rejected::Application));
    let by = |claim: &str| IdentityProvider {
        user: UserClaim { claim: claim.to_owned(), attribute: UserKey::UserName },
        ..provider()
    };
    let of = |changes: Value| ELLIPTIC.sign(&header(), &with(claims(), &changes));
    let named = of(json!({"upn": "anna@example.org"}));
    assert_eq!(verify(&named, &by("upn")).unwrap().text("upn"), Some("anna@example.org"));
    assert_eq!(verify(&of(json!({})), &by("upn")).unwrap_err(), Rejected::Claim("user"));
    assert_eq!(verify(&of(json!({"upn": 1})), &by("upn")).unwrap_err(), Rejected::Claim("user"));
    for (verified, believed) in
        [(json!(true), true), (json!(false), false), (json!("true"), false), (json!(null), false)]
    {
        let text = of(json!({"email": "anna@example.org", "email_verified": verified}));
        assert_eq!(verify(&text, &by("email")).is_ok(), believed, "{verified}");
    }
}
