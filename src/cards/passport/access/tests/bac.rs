//! BAC, both sides.

use super::*;

#[test]
fn the_published_run_of_bac() {
    let password = Password::zone(ZONE);
    assert_eq!(upper(&*password.seed().unwrap()), "239AB9CB282DAF66231DC5A4DF6BFBAE");
    let keys = Suite::TripleDes.session(&password.seed().unwrap(), 0);
    assert_eq!(upper(keys.encryption.expose()), "AB94FDECF2674FDFB9B391F85D7F76F2");
    assert_eq!(upper(keys.authentication.expose()), "7962D9ECE03D1ACD4C76089DCE131543");
    let draws = |random, material| listed(vec![bytes(random), bytes(material)]);
    let mut reader = Bac::new(&password, &mut draws("781723860C06C226", "0B795240CB7049B01C19B33E32804F0B")).unwrap();
    let chip = BacChip::new(&password, &mut draws("4608F91988702212", "0B4F80323EB3191CB04970CB4052790B")).unwrap();
    assert_eq!(upper(reader.begin().bytes()), "0084000008");
    let command = next_command(reader.next(&good(chip.challenge().to_vec())));
    assert_eq!(
        upper(command.bytes()),
        "008200002872C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A728"
    );
    assert_eq!(format!("{command:?}"), "Command(00820000 <40 secret bytes>)");
    let (answer, session) = chip.answer(&data_of(&command)).unwrap();
    assert_eq!(upper(&answer), "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449");
    let channel = done(reader.next(&good(answer)));
    for keys in [channel.keys(), &session] {
        assert_eq!(upper(keys.encryption.expose()), "979EC13B1CBFE9DCD01AB0FED307EAE5");
        assert_eq!(upper(keys.authentication.expose()), "F1CB1F1FB5ADF208806B89DC579DC1F8");
        assert!(keys.expose().ends_with(&bytes("887022120C06C226")));
    }
    assert_eq!(reader.next(&status(0x9000)).unwrap_err(), AccessError::Over);

    // A replay with the session keys alone.
    let recorded = SessionKeys::from_exposed(&session.expose()).unwrap();
    let mut replay = Bac::recorded(recorded, &mut seeded(1)).unwrap();
    let command = next_command(replay.next(&good(chip.challenge().to_vec())));
    assert_eq!(data_of(&command), [0; 40]);
    assert_eq!(*done(replay.next(&good(vec![0; 40]))).keys().expose(), *session.expose());
}

#[test]
fn bac_tells_a_wrong_password_from_a_missing_protocol() {
    let run = || Bac::new(&Password::zone(ZONE), &mut seeded(5)).unwrap();
    let chip = BacChip::new(&Password::zone(ZONE), &mut seeded(6)).unwrap();
    let refusal = |answer: Response| run().next(&answer).unwrap_err();
    assert_eq!(refusal(status(0x6D00)), AccessError::NotSupported(Status(0x6D00)));
    assert_eq!(refusal(status(0x6982)), AccessError::Status(Status(0x6982)));
    assert_eq!(refusal(good(vec![1; 7])), AccessError::Form);
    let second = |change: &dyn Fn(Vec<u8>) -> Response| {
        let mut run = run();
        let command = next_command(run.next(&good(chip.challenge().to_vec())));
        let (answer, _) = chip.answer(&data_of(&command)).unwrap();
        run.next(&change(answer)).map(|_| ()).unwrap_err()
    };
    assert_eq!(second(&|_| status(0x6300)), AccessError::Refused(Status(0x6300)));
    assert_eq!(second(&|answer| good(answer[..39].to_vec())), AccessError::Form);
    for at in 0..40 {
        let changed = |mut answer: Vec<u8>| {
            answer[at] ^= 1;
            good(answer)
        };
        assert_eq!(second(&changed), AccessError::Token);
    }
    // The answer to another run, and the reader's own data mirrored: the code is right, the random numbers are not.
    let other = BacChip::new(&Password::zone(ZONE), &mut seeded(7)).unwrap();
    let mut stranger = Bac::new(&Password::zone(ZONE), &mut seeded(8)).unwrap();
    let data = data_of(&next_command(stranger.next(&good(other.challenge().to_vec()))));
    let stale = other.answer(&data).unwrap().0;
    assert_eq!(second(&|_| good(stale.clone())), AccessError::Challenge);
    assert_eq!(second(&|_| good(data.clone())), AccessError::Challenge);
    assert_eq!(chip.answer(&data).unwrap_err(), AccessError::Challenge);
    let wrong = BacChip::new(&Password::zone(b"L898902C<369080619406237"), &mut seeded(7)).unwrap();
    assert_eq!(wrong.answer(&data).unwrap_err(), AccessError::Token);
    let number = Password::access_number(b"123456");
    assert_eq!(Bac::new(&number, &mut seeded(1)).unwrap_err(), AccessError::Unsupported);
}
