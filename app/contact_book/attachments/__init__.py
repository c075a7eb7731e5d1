"""Pictures and PDFs in the contact book: judged, written anew, sealed, shown to who may see."""
