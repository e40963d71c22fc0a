#pragma once
// Papers as arxiv.org/html/IDvN shows them: LaTeXML's HTML (dlmf.nist.gov/LaTeXML, its classes begin with ltx_). Pure.
#include <string_view>

#include "daemon/paper/full_text.hpp"
#include "integrations/arxiv/record.hpp"

namespace paperboy::integrations::arxiv {

// Larger pages are refused; of a longer text the beginning is taken, up to a whole paragraph.
constexpr std::size_t max_html = 24u << 20;
constexpr std::size_t max_html_text = 2u << 20;

// Sections, appendices and the abstract become sections; paragraphs, items, captions, rows of tables, lines of listings
// and displayed formulas lines; a footnote follows its paragraph as a line of its own. Formulas are read from alttext.
// Left out: navigation, watermark, authors, keywords, the bibliography, pictures, LaTeXML's error marks, and what a
// reader would not see (white, tiny or hidden text). An error if it is no such page or holds no text.
Read<paper::FullText> read_paper_html(std::string_view bytes, const paper::PaperId& id, int version);

}  // namespace paperboy::integrations::arxiv
