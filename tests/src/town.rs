//! What the tests know of the fixture `town`: a consultation `park` with the forms `kazde`, which has every kind of
//! question, `krotka`, which has one, `strony`, which has three pages, and `wymagane`, where everything is required.

/// Name of the fixture.
pub const FIXTURE: &str = "town";
/// Where the form with every kind of question is posted.
pub const KAZDE: &str = "/api/park/kazde";
/// Where the form with one question, `zdanie`, is posted.
pub const KROTKA: &str = "/api/park/krotka";
/// Where the form of three pages is posted; the second is only for those who come by bus.
pub const STRONY: &str = "/api/park/strony";
/// Where the form is posted in which everything is required.
pub const WYMAGANE: &str = "/api/park/wymagane";
/// The languages of the town, its own first.
pub const LANGUAGES: [&str; 3] = ["pl", "en", "uk"];

/// Addresses of pages without their slash, and where they lead: by the code at the edge and by the plain server alike.
pub const LED: [(&str, &str); 5] = [
    ("/park", "/park/"),
    ("/park/projekt/1.0", "/park/projekt/1.0/"),
    ("/park/projekt/1.0/zielen", "/park/projekt/1.0/zielen/"),
    ("/park/projekt/zmiany/0.9-1.0", "/park/projekt/zmiany/0.9-1.0/"),
    ("/park?lang=pl&utm=a&utm=b&x", "/park/?lang=pl&utm=a&utm=b&x"),
];

/// Right answers to every question of `kazde`, with what breaks a careless page in them.
pub const ANSWERS: [(&str, &str); 33] = [
    ("imie", "Łucja \"Żabka\" Gęś"),
    ("ulica", "ul. Zielona 7 <b>m. 3</b> & 'spółka'"),
    ("opinia", "\nPierwsza linia była pusta.\n\n  Wcięcie, </textarea> i „cudzysłów” 🦆\n"),
    ("uwagi", "&amp; nie jest &\n<script>alert(1)</script>"),
    ("wiek", "19-64"),
    ("dojazd", "other"),
    ("dojazd.other", "konno"),
    ("zajecia", "spacer"),
    ("zajecia", "other"),
    ("zajecia.other", "karmię kaczki"),
    ("powroty", "pieszo"),
    ("powroty", "rower"),
    ("ocena", "none"),
    ("spokoj", "10"),
    ("wizyty", "1\u{a0}0"),
    ("droga_km", "1,5"),
    ("pierwsza_wizyta.day", "7"),
    ("pierwsza_wizyta.month", "lipca"),
    ("pierwsza_wizyta.year", "2019"),
    ("miejsca.staw", "dobrze"),
    ("miejsca.aleja", "nie-wiem"),
    ("kolejnosc.lawki", "2"),
    ("kolejnosc.drzewa", "1"),
    ("bilet", "<i>miesięczny</i>"),
    ("nazwisko", "Łucja Gęś"),
    ("adres_email", "lucja@example.pl"),
    ("telefon", "(41) 000-00-00"),
    ("kod", "25 303"),
    ("zgoda", "yes"),
    ("uwaga.1.quote", "„Staw\" zarasta"),
    ("uwaga.1.text", "Oczyścić staw.\nI <b>już</b>."),
    ("uwaga.1.reason", "Kaczki & żaby"),
    ("uwaga.2.text", "Druga uwaga"),
];

/// Right answers to every question of `wymagane`.
pub const REQUIRED: [(&str, &str); 20] = [
    ("ulica", "Zielona 7"),
    ("opinia", "Cień 🦆"),
    ("wizyty", "12"),
    ("droga_km", "1,5"),
    ("dojazd", "rower"),
    ("powroty", "pieszo"),
    ("ocena", "3"),
    ("miejsca.staw", "dobrze"),
    ("miejsca.aleja", "zle"),
    ("kolejnosc.lawki", "2"),
    ("kolejnosc.lampy", "1"),
    ("pierwsza_wizyta.day", "7"),
    ("pierwsza_wizyta.month", "7"),
    ("pierwsza_wizyta.year", "2019"),
    ("nazwisko", "Łucja Gęś"),
    ("adres_email", "lucja@example.pl"),
    ("telefon", "(41) 000-00-00"),
    ("kod", "25-303"),
    ("zgoda", "yes"),
    ("uwaga.1.text", "Ławki"),
];

/// Returns a token of the form that the function mints, another for each number.
pub fn token(number: u32) -> String {
    format!("{number:032x}")
}
