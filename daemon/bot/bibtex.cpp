// A paper as BibTeX. Everything that is not known to be harmless is text: no title can run a command in somebody's
// LaTeX.
#include <algorithm>
#include <span>

#include "daemon/base/text.hpp"
#include "daemon/bot/answer.hpp"
#include "daemon/paper/names.hpp"

namespace paperboy::bot {
namespace {

constexpr std::size_t most_authors = 100;  // then "and others"

struct Letter {
  char32_t code;
  std::string_view tex;
};
// Behind NFC, what classic LaTeX writes by an accent over a letter: the base letter and the accent's command.
struct Accented {
  char32_t code;
  char accent;
  std::string_view base;
};
constexpr Accented accented[] = {
    {U'À', '`', "A"},   {U'Á', '\'', "A"}, {U'Â', '^', "A"},   {U'Ã', '~', "A"},    {U'Ä', '"', "A"},
    {U'Å', 'r', "A"},   {U'Ç', 'c', "C"},  {U'È', '`', "E"},   {U'É', '\'', "E"},   {U'Ê', '^', "E"},
    {U'Ë', '"', "E"},   {U'Ì', '`', "I"},  {U'Í', '\'', "I"},  {U'Î', '^', "I"},    {U'Ï', '"', "I"},
    {U'Ñ', '~', "N"},   {U'Ò', '`', "O"},  {U'Ó', '\'', "O"},  {U'Ô', '^', "O"},    {U'Õ', '~', "O"},
    {U'Ö', '"', "O"},   {U'Ù', '`', "U"},  {U'Ú', '\'', "U"},  {U'Û', '^', "U"},    {U'Ü', '"', "U"},
    {U'Ý', '\'', "Y"},  {U'à', '`', "a"},  {U'á', '\'', "a"},  {U'â', '^', "a"},    {U'ã', '~', "a"},
    {U'ä', '"', "a"},   {U'å', 'r', "a"},  {U'ç', 'c', "c"},   {U'è', '`', "e"},    {U'é', '\'', "e"},
    {U'ê', '^', "e"},   {U'ë', '"', "e"},  {U'ì', '`', "\\i"}, {U'í', '\'', "\\i"}, {U'î', '^', "\\i"},
    {U'ï', '"', "\\i"}, {U'ñ', '~', "n"},  {U'ò', '`', "o"},   {U'ó', '\'', "o"},   {U'ô', '^', "o"},
    {U'õ', '~', "o"},   {U'ö', '"', "o"},  {U'ù', '`', "u"},   {U'ú', '\'', "u"},   {U'û', '^', "u"},
    {U'ü', '"', "u"},   {U'ý', '\'', "y"}, {U'ÿ', '"', "y"},   {U'Ā', '=', "A"},    {U'ā', '=', "a"},
    {U'Ă', 'u', "A"},   {U'ă', 'u', "a"},  {U'Ą', 'k', "A"},   {U'ą', 'k', "a"},    {U'Ć', '\'', "C"},
    {U'ć', '\'', "c"},  {U'Ċ', '.', "C"},  {U'ċ', '.', "c"},   {U'Č', 'v', "C"},    {U'č', 'v', "c"},
    {U'Ď', 'v', "D"},   {U'ď', 'v', "d"},  {U'Ē', '=', "E"},   {U'ē', '=', "e"},    {U'Ė', '.', "E"},
    {U'ė', '.', "e"},   {U'Ę', 'k', "E"},  {U'ę', 'k', "e"},   {U'Ě', 'v', "E"},    {U'ě', 'v', "e"},
    {U'Ğ', 'u', "G"},   {U'ğ', 'u', "g"},  {U'Ī', '=', "I"},   {U'ī', '=', "\\i"},  {U'İ', '.', "I"},
    {U'Ń', '\'', "N"},  {U'ń', '\'', "n"}, {U'Ň', 'v', "N"},   {U'ň', 'v', "n"},    {U'Ō', '=', "O"},
    {U'ō', '=', "o"},   {U'Ő', 'H', "O"},  {U'ő', 'H', "o"},   {U'Ŕ', '\'', "R"},   {U'ŕ', '\'', "r"},
    {U'Ř', 'v', "R"},   {U'ř', 'v', "r"},  {U'Ś', '\'', "S"},  {U'ś', '\'', "s"},   {U'Ş', 'c', "S"},
    {U'ş', 'c', "s"},   {U'Š', 'v', "S"},  {U'š', 'v', "s"},   {U'Ţ', 'c', "T"},    {U'ţ', 'c', "t"},
    {U'Ť', 'v', "T"},   {U'ť', 'v', "t"},  {U'Ū', '=', "U"},   {U'ū', '=', "u"},    {U'Ů', 'r', "U"},
    {U'ů', 'r', "u"},   {U'Ű', 'H', "U"},  {U'ű', 'H', "u"},   {U'Ź', '\'', "Z"},   {U'ź', '\'', "z"},
    {U'Ż', '.', "Z"},   {U'ż', '.', "z"},  {U'Ž', 'v', "Z"},   {U'ž', 'v', "z"}};

constexpr Letter letters[] = {{U'{', "\\{"},
                              {U'}', "\\}"},
                              {U'&', "\\&"},
                              {U'%', "\\%"},
                              {U'$', "\\$"},
                              {U'#', "\\#"},
                              {U'_', "\\_"},
                              {U'~', "{\\textasciitilde}"},
                              {U'^', "{\\textasciicircum}"},
                              {U'\\', "{\\textbackslash}"},
                              {U'"', "{\\textquotedbl}"},
                              {U'ß', "{\\ss}"},
                              {U'ø', "{\\o}"},
                              {U'Ø', "{\\O}"},
                              {U'ł', "{\\l}"},
                              {U'Ł', "{\\L}"},
                              {U'æ', "{\\ae}"},
                              {U'Æ', "{\\AE}"},
                              {U'œ', "{\\oe}"},
                              {U'Œ', "{\\OE}"},
                              {U'ı', "{\\i}"},
                              {U'–', "--"},
                              {U'—', "---"},
                              {U'“', "``"},
                              {U'”', "''"},
                              {U'‘', "`"},
                              {U'’', "'"},
                              {U'…', "{\\ldots}"},
                              {U'\u00A0', "~"}};

constexpr Letter math[] = {{U'α', "\\alpha"},
                           {U'β', "\\beta"},
                           {U'γ', "\\gamma"},
                           {U'δ', "\\delta"},
                           {U'ε', "\\varepsilon"},
                           {U'ϵ', "\\epsilon"},
                           {U'ζ', "\\zeta"},
                           {U'η', "\\eta"},
                           {U'θ', "\\theta"},
                           {U'ι', "\\iota"},
                           {U'κ', "\\kappa"},
                           {U'λ', "\\lambda"},
                           {U'μ', "\\mu"},
                           {U'ν', "\\nu"},
                           {U'ξ', "\\xi"},
                           {U'π', "\\pi"},
                           {U'ρ', "\\rho"},
                           {U'σ', "\\sigma"},
                           {U'τ', "\\tau"},
                           {U'υ', "\\upsilon"},
                           {U'φ', "\\varphi"},
                           {U'ϕ', "\\phi"},
                           {U'χ', "\\chi"},
                           {U'ψ', "\\psi"},
                           {U'ω', "\\omega"},
                           {U'Γ', "\\Gamma"},
                           {U'Δ', "\\Delta"},
                           {U'Θ', "\\Theta"},
                           {U'Λ', "\\Lambda"},
                           {U'Ξ', "\\Xi"},
                           {U'Π', "\\Pi"},
                           {U'Σ', "\\Sigma"},
                           {U'Φ', "\\Phi"},
                           {U'Ψ', "\\Psi"},
                           {U'Ω', "\\Omega"},
                           {U'×', "\\times"},
                           {U'±', "\\pm"},
                           {U'·', "\\cdot"},
                           {U'≤', "\\leq"},
                           {U'≥', "\\geq"},
                           {U'≪', "\\ll"},
                           {U'≫', "\\gg"},
                           {U'≈', "\\approx"},
                           {U'∼', "\\sim"},
                           {U'≠', "\\neq"},
                           {U'→', "\\to"},
                           {U'←', "\\leftarrow"},
                           {U'↔', "\\leftrightarrow"},
                           {U'∞', "\\infty"},
                           {U'∂', "\\partial"},
                           {U'∇', "\\nabla"},
                           {U'√', "\\surd"},
                           {U'∈', "\\in"},
                           {U'⊂', "\\subset"},
                           {U'⊗', "\\otimes"},
                           {U'⊕', "\\oplus"},
                           {U'∗', "\\ast"},
                           {U'†', "\\dagger"},
                           {U'ℓ', "\\ell"},
                           {U'ℏ', "\\hbar"},
                           {U'′', "\\prime"},
                           {U'°', "^\\circ"},
                           {U'ℝ', "\\mathbb{R}"},
                           {U'ℂ', "\\mathbb{C}"},
                           {U'ℤ', "\\mathbb{Z}"},
                           {U'ℕ', "\\mathbb{N}"},
                           {U'ℚ', "\\mathbb{Q}"},
                           {U'−', "-"},
                           {U'∑', "\\sum"},
                           {U'∫', "\\int"},
                           {U'²', "^2"},
                           {U'³', "^3"},
                           {U'¹', "^1"},
                           {U'⁰', "^0"},
                           {U'⁴', "^4"},
                           {U'⁵', "^5"},
                           {U'⁶', "^6"},
                           {U'⁷', "^7"},
                           {U'⁸', "^8"},
                           {U'⁹', "^9"},
                           {U'⁺', "^+"},
                           {U'⁻', "^-"},
                           {U'ⁿ', "^n"},
                           {U'₀', "_0"},
                           {U'₁', "_1"},
                           {U'₂', "_2"},
                           {U'₃', "_3"},
                           {U'₄', "_4"},
                           {U'₅', "_5"},
                           {U'₆', "_6"},
                           {U'₇', "_7"},
                           {U'₈', "_8"},
                           {U'₉', "_9"}};

// Commands that formulas of titles are made of. With any other the formula is written as text.
constexpr std::string_view formula_commands[] = {"mathcal",
                                                 "mathbb",
                                                 "mathrm",
                                                 "mathbf",
                                                 "mathfrak",
                                                 "mathsf",
                                                 "mathit",
                                                 "boldsymbol",
                                                 "text",
                                                 "textrm",
                                                 "textbf",
                                                 "textit",
                                                 "operatorname",
                                                 "frac",
                                                 "tfrac",
                                                 "dfrac",
                                                 "sqrt",
                                                 "bar",
                                                 "hat",
                                                 "tilde",
                                                 "vec",
                                                 "dot",
                                                 "ddot",
                                                 "overline",
                                                 "underline",
                                                 "widetilde",
                                                 "widehat",
                                                 "to",
                                                 "rightarrow",
                                                 "leftarrow",
                                                 "leftrightarrow",
                                                 "Rightarrow",
                                                 "times",
                                                 "cdot",
                                                 "pm",
                                                 "mp",
                                                 "sim",
                                                 "simeq",
                                                 "approx",
                                                 "equiv",
                                                 "neq",
                                                 "le",
                                                 "leq",
                                                 "ge",
                                                 "geq",
                                                 "ll",
                                                 "gg",
                                                 "lesssim",
                                                 "gtrsim",
                                                 "infty",
                                                 "ell",
                                                 "hbar",
                                                 "partial",
                                                 "nabla",
                                                 "prime",
                                                 "dagger",
                                                 "ast",
                                                 "star",
                                                 "circ",
                                                 "bullet",
                                                 "otimes",
                                                 "oplus",
                                                 "wedge",
                                                 "in",
                                                 "notin",
                                                 "subset",
                                                 "subseteq",
                                                 "cup",
                                                 "cap",
                                                 "mid",
                                                 "parallel",
                                                 "perp",
                                                 "angle",
                                                 "ldots",
                                                 "cdots",
                                                 "dots",
                                                 "log",
                                                 "ln",
                                                 "exp",
                                                 "sin",
                                                 "cos",
                                                 "min",
                                                 "max",
                                                 "sum",
                                                 "prod",
                                                 "int",
                                                 "alpha",
                                                 "beta",
                                                 "gamma",
                                                 "delta",
                                                 "epsilon",
                                                 "varepsilon",
                                                 "zeta",
                                                 "eta",
                                                 "theta",
                                                 "vartheta",
                                                 "iota",
                                                 "kappa",
                                                 "lambda",
                                                 "mu",
                                                 "nu",
                                                 "xi",
                                                 "pi",
                                                 "rho",
                                                 "sigma",
                                                 "tau",
                                                 "upsilon",
                                                 "phi",
                                                 "varphi",
                                                 "chi",
                                                 "psi",
                                                 "omega",
                                                 "Gamma",
                                                 "Delta",
                                                 "Theta",
                                                 "Lambda",
                                                 "Xi",
                                                 "Pi",
                                                 "Sigma",
                                                 "Upsilon",
                                                 "Phi",
                                                 "Psi",
                                                 "Omega",
                                                 "odot",
                                                 "oslash",
                                                 "rm",
                                                 "it",
                                                 "bf",
                                                 "cal",
                                                 "langle",
                                                 "rangle"};

bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// May what stands between two dollars go into a BibTeX file as it is?
bool is_harmless_formula(std::string_view formula) {
  int depth = 0;
  for (std::size_t i = 0; i < formula.size(); ++i) {
    const char c = formula[i];
    if (c == '\\') {
      std::size_t end = i + 1;
      while (end < formula.size() && is_ascii_letter(formula[end])) ++end;
      const std::string_view command = formula.substr(i + 1, end - i - 1);
      if (command.empty()) {  // \, \; \! but no escaped braces: BibTeX counts those, too
        if (end == formula.size() || std::string_view(",;:! ").find(formula[end]) == std::string_view::npos)
          return false;
        i = end;
        continue;
      }
      if (std::find(std::begin(formula_commands), std::end(formula_commands), command) == std::end(formula_commands))
        return false;
      i = end - 1;
      continue;
    }
    if (c == '{') ++depth;
    if (c == '}' && --depth < 0) return false;
    if (static_cast<unsigned char>(c) >= 0x80 || std::string_view("%#&~\"@").find(c) != std::string_view::npos)
      return false;
  }
  return depth == 0 && !formula.empty();
}

std::string escaped_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = text::next_code_point(text, at);
    const auto is = [c](const auto& entry) { return entry.code == c; };
    if (const auto letter = std::find_if(std::begin(letters), std::end(letters), is); letter != std::end(letters)) {
      // BibTeX counts braces, escaped ones too: written by name they stay balanced.
      out += c == U'{' ? "{\\textbraceleft}" : c == U'}' ? "{\\textbraceright}" : letter->tex;
    } else if (const auto accent = std::find_if(std::begin(accented), std::end(accented), is);
               accent != std::end(accented)) {
      out += std::string("{\\") + accent->accent + "{" + std::string(accent->base) + "}}";
    } else if (const auto sign = std::find_if(std::begin(math), std::end(math), is); sign != std::end(math)) {
      out += "\\ensuremath{" + std::string(sign->tex) + "}";
    } else {
      text::append_code_point(out, c);
    }
  }
  return out;
}

// Text with formulas between dollars, as titles have it.
std::string escaped(std::string_view written) {
  const std::string text = text::to_nfc(text::collapse_space(text::sanitize(written)));
  std::string out;
  std::string_view rest = text;
  for (std::size_t open = rest.find('$'); open != std::string_view::npos; open = rest.find('$')) {
    const std::size_t close = rest.find('$', open + 1);
    if (close == std::string_view::npos) break;
    const std::string_view formula = rest.substr(open + 1, close - open - 1);
    if (!is_harmless_formula(formula)) {
      out += escaped_text(rest.substr(0, close));  // the second dollar may begin another
      rest.remove_prefix(close);
      continue;
    }
    out += escaped_text(rest.substr(0, open)) + "$" + std::string(formula) + "$";
    rest.remove_prefix(close + 1);
  }
  return out + escaped_text(rest);
}

// "Surname, Forenames" or "Surname, Jr., Forenames"; a group or a single name in braces.
std::string name_in_bibtex(const std::string& name) {
  static constexpr std::string_view suffixes[] = {"jr", "jr.", "sr", "sr.", "junior", "senior", "ii", "iii", "iv"};
  const std::string clean = text::collapse_space(text::replace_all(text::sanitize(name), ",", " "));
  std::vector<std::string_view> words = text::split(clean, ' ');
  std::string suffix;
  if (words.size() > 2) {
    const std::string last = text::to_lower_ascii(words.back());
    if (std::find(std::begin(suffixes), std::end(suffixes), last) != std::end(suffixes)) {
      suffix = words.back();
      words.pop_back();
    }
  }
  const std::string key = paper::surname_key(clean);
  const auto of_surname = static_cast<std::size_t>(std::count(key.begin(), key.end(), ' ')) + 1;
  if (words.size() < 2 || of_surname >= words.size()) return "{" + escaped_text(text::to_nfc(clean)) + "}";
  std::vector<std::string> fore(words.begin(), words.end() - static_cast<std::ptrdiff_t>(of_surname));
  std::vector<std::string> last(words.end() - static_cast<std::ptrdiff_t>(of_surname), words.end());
  // A name in which "and" stands alone would be two.
  const auto put = [](std::span<const std::string> parts) {
    std::string out;
    for (const std::string& part : parts) {
      const std::string word = escaped_text(text::to_nfc(part));
      out += (out.empty() ? "" : " ") + (text::iequals_ascii(word, "and") ? "{" + word + "}" : word);
    }
    return out;
  };
  return put(last) + ", " + (suffix.empty() ? std::string() : escaped_text(suffix) + ", ") + put(fore);
}

std::string letters_only(std::string_view text) {
  std::string out;
  for (const char c : text::fold(text)) {
    if (is_ascii_letter(c) || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

std::string key_of(const paper::Paper& paper, const std::string& year) {
  static constexpr std::string_view small[] = {
      "a",   "an",  "the", "on",   "of",   "for", "to", "in",   "with", "and",   "by",  "at", "is", "are", "from",
      "via", "how", "why", "what", "when", "can", "do", "does", "we",   "using", "its", "as", "or", "not", "your"};
  constexpr std::size_t longest = 30;  // of each part
  std::string surname = paper.authors.empty() ? std::string() : letters_only(paper::surname_key(paper.authors.front()));
  std::string word;
  std::string title = text::collapse_space(text::replace_all(text::replace_all(paper.title, "-", " "), "/", " "));
  for (const std::string_view each : text::split(title, ' ')) {
    word = letters_only(each);
    if (word.size() > 1 && std::find(std::begin(small), std::end(small), word) == std::end(small)) break;
    word.clear();
  }
  surname.resize(std::min(surname.size(), longest));
  word.resize(std::min(word.size(), longest));
  std::string key = surname + year + word;
  return surname.empty() && word.empty() ? "paper" + letters_only(paper.id.str()) : key;
}

}  // namespace

std::string bibtex(const paper::Paper& paper) {
  const std::optional<Day> day = paper.published ? paper.published : paper.announced;
  const std::string year = day ? std::to_string(static_cast<int>(std::chrono::year_month_day(*day).year())) : "";
  constexpr std::string_view doi_mark = "doi:";
  const bool on_arxiv = paper.id.is_arxiv();
  std::string doi = paper.doi;
  if (doi.empty() && paper.id.str().starts_with(doi_mark)) doi = paper.id.str().substr(doi_mark.size());
  std::string out = (paper.journal_ref.empty() && doi.empty() ? "@misc{" : "@article{") + key_of(paper, year);
  const auto field = [&out](std::string_view name, const std::string& value) {
    if (!value.empty()) out += ",\n  " + std::string(name) + " = {" + value + "}";
  };
  std::string authors;
  for (std::size_t i = 0; i < std::min(paper.authors.size(), most_authors); ++i)
    authors += (i == 0 ? "" : " and ") + name_in_bibtex(paper.authors[i]);
  if (paper.authors.size() > most_authors) authors += " and others";
  const std::string title = escaped(paper.title);
  field("author", authors);
  field("title", title.empty() ? title : "{" + title + "}");  // doubly: capitals stay
  field("journal", escaped(paper.journal_ref));
  field("year", year);
  field("doi", escaped_text(text::collapse_space(text::sanitize(doi))));
  if (on_arxiv) {
    field("eprint", paper.id.str());
    field("archivePrefix", "arXiv");
    field("primaryClass", paper.primary_category());
  }
  const std::string url = digest::checked_url(on_arxiv || !doi.empty() ? paper::abs_url(paper.id) : paper.url);
  // \url and hyperref take an address as it is; braces and backslashes are percent-encoded.
  field("url", url);
  if (paper.withdrawn) field("note", "Withdrawn");
  return out + "\n}\n";
}

}  // namespace paperboy::bot
