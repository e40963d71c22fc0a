#include "daemon/digest/document.hpp"
