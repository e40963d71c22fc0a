#pragma once
// Papers that have no HTML: the text of their PDF, by pdftotext (poppler) in a sandbox.
#include <string_view>

#include "daemon/paper/full_text.hpp"
#include "integrations/arxiv/record.hpp"

namespace paperboy::integrations::arxiv {

// Blocks for up to a minute. An error if the file is none, or pdftotext cannot read it within its limits. Throws
// sandbox::Unavailable where there is no pdftotext or no sandbox: then no PDF can be read on this machine.
Read<paper::FullText> read_paper_pdf(std::string_view bytes, const paper::PaperId& id, int version);

// What pdftotext wrote, as a text: blocks become paragraphs with their lines joined and divided words mended; a short
// block with a number in front, or a usual name, is a heading; page numbers, arXiv's stamp and the references are left
// out. Pure.
Read<paper::FullText> read_pdf_text(std::string_view text, const paper::PaperId& id, int version);

}  // namespace paperboy::integrations::arxiv
