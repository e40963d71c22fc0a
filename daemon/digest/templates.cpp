#include "daemon/digest/templates.hpp"
