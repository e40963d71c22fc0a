#pragma once
// The smallest PDF with text on it (ISO 32000-1, 7.5): a catalogue, a page, a font, a content stream, a table of
// places.
#include <cstdio>
#include <string>
#include <vector>

namespace paperboy::test {

// The lines must not hold brackets or backslashes.
inline std::string small_pdf(const std::vector<std::string>& lines) {
  std::string content = "BT /F1 10 Tf 12 TL 50 750 Td\n";
  for (const std::string& line : lines) content += "(" + line + ") Tj T*\n";
  content += "ET\n";
  const std::vector<std::string> objects{
      "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
      "<</Length " + std::to_string(content.size()) + ">>\nstream\n" + content + "endstream"};
  std::string pdf = "%PDF-1.4\n";
  std::string places = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    char place[32];
    std::snprintf(place, sizeof place, "%010zu 00000 n \n", pdf.size());
    places += place;
    pdf += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::size_t table = pdf.size();
  pdf += "xref\n0 6\n" + places + "trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
  return pdf;
}

}  // namespace paperboy::test
