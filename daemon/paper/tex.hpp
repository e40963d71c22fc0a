#pragma once
// TeX as it stands in titles, abstracts and names -> Unicode that reads well (info.arxiv.org/help/prep). Mathematics is
// converted whole or left as typed: half a formula in Unicode reads worse than TeX.
#include <string>
#include <string_view>

namespace paperboy::paper {

// Titles and abstracts: accents, letters, quotes, dashes, symbols, font commands dropped, $...$ converted where every
// piece has a Unicode form ("$\alpha^2$" -> "α²"), "$5 million" left alone. NFC. Line structure is kept, but a
// formula that stays as typed stands on one line. HTML entities and markup are text. `raw` is sanitized; other bytes do
// no harm.
std::string tex_to_unicode(std::string_view raw);
// Names: accents and letters only; braces dropped; never Greek.
std::string tex_name_to_unicode(std::string_view raw);

// A title on one line; an abstract with paragraphs on lines of their own (arXiv: a line that starts with blanks begins
// one).
std::string clean_title(std::string_view raw);
std::string clean_abstract(std::string_view raw);

}  // namespace paperboy::paper
